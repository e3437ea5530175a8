import {
  type CumulativeTelemetry,
  type ProcessLoad,
  type SignOfLife,
  signOfLifeEveryMs,
  type TelemetryDelta,
  type TelemetryRecorder,
} from "@tapline/core/telemetry";
import { delayUntilReport } from "./report-pace.ts";

export type ReportedParts = {
  readonly telemetry: Pick<TelemetryRecorder, "watch" | "take" | "isEmpty">;
  readonly counted: Pick<CumulativeTelemetry, "add">;
  readonly telemetryStream: { readonly report: (delta: TelemetryDelta) => Promise<void> };
  readonly sign: () => SignOfLife;
  /** Asked for each sign that is given, and for none else: it tells of the time since. */
  readonly load?: () => ProcessLoad;
  readonly clock: () => number;
  readonly log: { readonly warn: (facts: { readonly err: unknown }, message: string) => void };
};

/** Reports until it is stopped. */
export type Reporting = {
  /** Sends what is left. */
  readonly stop: () => Promise<void>;
};

/**
 * Reports what this process sees as it sees it (see `delayUntilReport`), what is left at the end, and now and then that it
 * lives: also where nothing happens, and at once where other archives are away than it said last.
 */
export function startTelemetry(parts: ReportedParts): Reporting {
  const reporter = new Reporter(parts);
  parts.telemetry.watch((isUrgent) => reporter.onEvent(isUrgent));
  reporter.giveSign();
  const signing = setInterval(() => reporter.giveSign(), signOfLifeEveryMs);
  return {
    stop: async () => {
      clearInterval(signing);
      await reporter.end();
    },
  };
}

class Reporter {
  readonly #parts: ReportedParts;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = Number.POSITIVE_INFINITY;
  #reportedMs = Number.NEGATIVE_INFINITY;
  /** One at a time: where Redis is away, what is counted meanwhile waits in the recorder. */
  #reporting: Promise<void> | null = null;
  #isUrgent = false;
  #isSignDue = false;
  #isEnding = false;
  #away = "";

  constructor(parts: ReportedParts) {
    this.#parts = parts;
  }

  onEvent(isUrgent: boolean): void {
    if (isUrgent) this.#isUrgent = true;
    else if (this.#timer !== null) return;
    this.#schedule();
  }

  giveSign(): void {
    this.#isSignDue = true;
    this.#isUrgent = true;
    this.#schedule();
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#reporting;
    await this.#report();
  }

  #schedule(): void {
    if (this.#reporting !== null || this.#isEnding) return;
    const nowMs = performance.now();
    const dueMs = nowMs + delayUntilReport(nowMs - this.#reportedMs, this.#isUrgent);
    if (this.#timer !== null && dueMs >= this.#dueMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#reporting = this.#report().finally(() => {
        this.#reporting = null;
        if (this.#isSignDue || !this.#parts.telemetry.isEmpty) this.#schedule();
      });
    }, dueMs - nowMs);
  }

  async #report(): Promise<void> {
    const { telemetry, counted, telemetryStream, clock, log } = this.#parts;
    const sign = this.#isEnding ? null : this.#signIfDue();
    const delta = telemetry.take(clock(), sign);
    this.#isUrgent = false;
    this.#reportedMs = performance.now();
    if (delta === null) return;
    counted.add(delta);
    try {
      await telemetryStream.report(delta);
    } catch (error) {
      log.warn({ err: error }, "telemetry could not be reported");
    }
  }

  #signIfDue(): SignOfLife | null {
    const { sign: readSign, load } = this.#parts;
    const sign = readSign();
    const away = sign.awayArchives.map(({ archive, why }) => `${archive} ${why}`).join();
    if (!this.#isSignDue && away === this.#away) return null;
    this.#isSignDue = false;
    this.#away = away;
    return load === undefined ? sign : { ...sign, load: load() };
  }
}
