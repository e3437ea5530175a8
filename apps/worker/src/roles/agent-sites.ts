import { defaultSite } from "@tapline/core/transfer";
import type { Logger } from "pino";

const lookEveryMs = 10_000;

/** At which sites agents stand, as it was looked up last. */
export class AgentSites {
  readonly #read: () => Promise<ReadonlyMap<string, string>>;
  readonly #log: Pick<Logger, "warn">;
  #sites: ReadonlyMap<string, string> = new Map();
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(read: () => Promise<ReadonlyMap<string, string>>, log: Pick<Logger, "warn">) {
    this.#read = read;
    this.#log = log;
  }

  of(agent: string): string {
    return this.#sites.get(agent) ?? defaultSite;
  }

  /** Looks them up, every 10 s at most. Where that fails, what is known stands. */
  async look(): Promise<void> {
    if (performance.now() - this.#lookedAtMs < lookEveryMs) return;
    this.#lookedAtMs = performance.now();
    try {
      this.#sites = await this.#read();
    } catch (error) {
      this.#log.warn({ err: error }, "where agents stand cannot be looked up");
    }
  }
}
