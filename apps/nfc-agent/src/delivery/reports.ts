import type { Clock } from "@tapline/core/kernel";
import type { AgentReport, LinkName } from "@tapline/core/tap";
import { ClockSkew, clockSample } from "./clock-skew.ts";
import type { ClockAnswer, OpenLink } from "./link.ts";

export type ReportsOptions = {
  /** How the agent is, for a report by `link`. */
  report: ((link: LinkName) => AgentReport) | undefined;
  /** The wall clock, ms since 1970. */
  now: Clock;
  monotonic: Clock;
};

/** Changes that come closer together than this share a report. */
const gatherMs = 1000;
/** Reports without an answer that are remembered. */
const rememberedReports = 8;

/** Tells the server how this agent is, and measures the clock by its answers. */
export class Reports {
  readonly #options: ReportsOptions;
  readonly #skew = new ClockSkew();
  /** When reports left, by both clocks. */
  readonly #sent = new Map<number, number>();
  #link: { name: LinkName; open: OpenLink } | null = null;
  #every: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #everyMs = 0;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** The server's clock minus the agent's, ms; null before the first answer. */
  get clockSkewMs(): number | null {
    return this.#skew.ms;
  }

  /** Reports leave by `link` from now on, the first at once; null where there is none. */
  by(link: { name: LinkName; open: OpenLink } | null): void {
    this.#link = link;
    this.#sent.clear();
    this.#tell();
  }

  /** Longest time between two reports, ms. */
  setEvery(everyMs: number): void {
    if (everyMs === this.#everyMs) return;
    this.#everyMs = everyMs;
    clearInterval(this.#every);
    this.#every = setInterval(() => this.#tell(), everyMs);
  }

  /** Something changed that the server should know. */
  soon(): void {
    this.#soon ??= setTimeout(() => this.#tell(), gatherMs);
  }

  /**
   * The server answered the report that left at `sentAtEpochMs`.
   * @returns when that was by the monotonic clock, ms; null where none is known that left then
   */
  answered(sentAtEpochMs: number, answer: ClockAnswer): number | null {
    const sentMs = this.#sent.get(sentAtEpochMs);
    if (sentMs === undefined) return null;
    this.#sent.delete(sentAtEpochMs);
    this.#skew.add(clockSample(sentAtEpochMs, this.#options.monotonic() - sentMs, answer));
    return sentMs;
  }

  stop(): void {
    this.#link = null;
    clearInterval(this.#every);
    clearTimeout(this.#soon);
  }

  #tell(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const { report, now, monotonic } = this.#options;
    if (this.#link === null || report === undefined) return;
    const text = JSON.stringify(report(this.#link.name));
    const sentAtEpochMs = now();
    this.#sent.set(sentAtEpochMs, monotonic());
    for (const oldest of this.#sent.keys())
      if (this.#sent.size > rememberedReports) this.#sent.delete(oldest);
    this.#link.open.report(text, sentAtEpochMs);
  }
}
