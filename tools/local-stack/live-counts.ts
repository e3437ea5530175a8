import { z } from "zod";
import type { ChildMessage } from "./start-child.ts";

const agentSchema = z.object({
  taps: z.int(),
  pending: z.int(),
  archived: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  oldestPendingAgeMs: z.number().nullable().optional(),
  connected: z.boolean(),
  segments: z.int(),
  done: z.boolean(),
});

/** What the local agent has seen, earlier starts on the same data folder included. */
export type AgentCounts = z.infer<typeof agentSchema>;

const kpiSchema = z.object({
  awayArchives: z.array(z.object({ archive: z.string(), sinceEpochMs: z.int(), why: z.string() })),
});

/** An archive that the worker cannot use. */
export type AwayArchive = z.infer<typeof kpiSchema>["awayArchives"][number];

/** What the worker said longer ago, ms, is not said any more, and figures of the agent that are older are marked as such. */
const heardWithinMs = 5_000;

/** The latest figures of the agent, and what the worker cannot reach. `next` resolves when newer ones of the agent have come. */
export class LiveCounts {
  agent: AgentCounts | undefined;
  readonly #nowMs: () => number;
  #agentHeardMs = 0;
  #away: { readonly archives: readonly AwayArchive[]; readonly heardMs: number } = {
    archives: [],
    heardMs: 0,
  };
  #listeners: (() => void)[] = [];

  /** @param nowMs a clock that never goes back */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** For how long nothing was heard of the agent, which tells its figures every 2 s at least; null while it is heard. */
  get agentSilentMs(): number | null {
    const silentMs = this.#nowMs() - this.#agentHeardMs;
    return this.agent === undefined || silentMs < heardWithinMs ? null : silentMs;
  }

  /** Archives that the worker cannot use, as far as it said so lately. */
  get awayArchives(): readonly AwayArchive[] {
    return this.#nowMs() - this.#away.heardMs < heardWithinMs ? this.#away.archives : [];
  }

  /** Takes a child's message, if it carries figures. */
  take(message: ChildMessage): void {
    const kpi = kpiSchema.safeParse(message.kpi);
    if (kpi.success) this.#away = { archives: kpi.data.awayArchives, heardMs: this.#nowMs() };
    const agent = agentSchema.safeParse(message.agent);
    if (message.type !== "status" || !agent.success) return;
    this.agent = agent.data;
    this.#agentHeardMs = this.#nowMs();
    for (const tell of this.#listeners.splice(0)) tell();
  }

  /** Resolves with the next figures, or after `timeoutMs`. */
  next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#listeners.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
