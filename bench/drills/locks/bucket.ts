/** Redis counts whole milliseconds and keeps thousandths of a token. */
const slackTaps = 0.02;

/**
 * A token bucket as seen from outside: a step happened somewhere between two readings of the clock, so what is known is how
 * many tokens there are at least and at most.
 */
export class Bucket {
  readonly #burstTaps: number;
  readonly #tapsPerMs: number;
  #least: { tokens: number; atMs: number };
  #most: { tokens: number; atMs: number };

  /** @param burstTaps what a new one holds, and the most that it ever does */
  constructor(burstTaps: number, tapsPerMs: number) {
    this.#burstTaps = burstTaps;
    this.#tapsPerMs = tapsPerMs;
    this.#least = { tokens: burstTaps, atMs: 0 };
    this.#most = { tokens: burstTaps, atMs: 0 };
  }

  /** Whether it surely has `taps` at `nowMs`. */
  surelyHas(taps: number, nowMs: number): boolean {
    return this.#at(this.#least, nowMs) - slackTaps >= taps;
  }

  /** Whether `taps` can have come out of it between the two times. */
  mayGive(taps: number, fromMs: number, toMs: number): boolean {
    return this.#at(this.#most, fromMs) + (toMs - fromMs) * this.#tapsPerMs + slackTaps >= taps;
  }

  /** `taps` came out of it between the two times. */
  spend(taps: number, fromMs: number, toMs: number): void {
    this.#least = { tokens: this.#at(this.#least, fromMs) - taps, atMs: toMs };
    this.#most = { tokens: this.#at(this.#most, fromMs) - taps, atMs: fromMs };
  }

  #at({ tokens, atMs }: { tokens: number; atMs: number }, nowMs: number): number {
    return Math.min(this.#burstTaps, tokens + Math.max(0, nowMs - atMs) * this.#tapsPerMs);
  }
}
