import type { TelemetryStream } from "@tapline/adapters/redis";

/** A look that takes longer says less than the one before. */
const longestLookMs = 10;
/** A look that does is better than none for so long, and shows whether a clock was set. */
const oldestLookMs = 10_000;
/** Two looks that disagree by more: the clock was set. */
const leapMs = 10_000;

/**
 * The time by which telemetry is stamped: that of the server of the stream, the same for all who read it. Between two looks it goes on by a clock that
 * nobody sets, so that what happens to this machine's own clock means nothing.
 */
export class StampClock {
  readonly #stream: Pick<TelemetryStream, "now">;
  #aheadMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  private constructor(stream: Pick<TelemetryStream, "now">) {
    this.#stream = stream;
  }

  static async open(stream: Pick<TelemetryStream, "now">): Promise<StampClock> {
    const clock = new StampClock(stream);
    await clock.look();
    return clock;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Math.round(performance.now() + this.#aheadMs);
  }

  /** Looks at the server's clock. @returns by how much that was set ahead meanwhile (negative: back), ms; 0: not by more than 10 s */
  async look(): Promise<number> {
    const beganMs = performance.now();
    const sinceMs = beganMs - this.#lookedAtMs;
    const stampMs = await this.#stream.now();
    const endedMs = performance.now();
    if (endedMs - beganMs > longestLookMs && sinceMs < oldestLookMs) return 0;
    const aheadMs = stampMs - (beganMs + endedMs) / 2;
    const byMs = sinceMs === Number.POSITIVE_INFINITY ? 0 : Math.round(aheadMs - this.#aheadMs);
    this.#aheadMs = aheadMs;
    this.#lookedAtMs = endedMs;
    return Math.abs(byMs) > leapMs ? byMs : 0;
  }
}
