/**
 * A token bucket: `ratePerSecond` tokens flow in up to `burst`; a request takes its cost or waits.
 * The clock is handed in, so that the bucket itself is pure.
 */
export class TokenBucket {
  readonly #ratePerSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atEpochMs: number;

  constructor(ratePerSecond: number, burst: number, nowEpochMs: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atEpochMs = nowEpochMs;
  }

  /**
   * Takes `cost` tokens.
   * @returns 0 where they were there, else after how many ms they will be; nothing is taken then
   */
  take(cost: number, nowEpochMs: number): number {
    const elapsedMs = Math.max(0, nowEpochMs - this.#atEpochMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.#ratePerSecond);
    this.#atEpochMs = nowEpochMs;
    if (this.#tokens >= cost) {
      this.#tokens -= cost;
      return 0;
    }
    return Math.ceil(((Math.min(cost, this.#burst) - this.#tokens) / this.#ratePerSecond) * 1000);
  }
}
