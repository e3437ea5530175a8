/** Time that never goes back: where the wall clock does, what is in a window keeps its place before now. */
export class SteadyClock {
  #latestMs: number;
  #aheadMs = 0;

  constructor(nowEpochMs: number) {
    this.#latestMs = nowEpochMs;
  }

  /** How far this clock is before the wall clock, ms; negative: behind it. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** The wall clock was set ahead by so much (negative: back), which says nothing of how much time has passed. */
  clockWasSet(byMs: number): void {
    this.#aheadMs -= byMs;
  }

  /** @param toleranceMs a step back that is no longer is none of the clock, but of what came late */
  at(epochMs: number, toleranceMs = 1_000): number {
    const ms = epochMs + this.#aheadMs;
    if (ms < this.#latestMs - toleranceMs) this.#aheadMs += this.#latestMs - ms;
    this.#latestMs = Math.max(this.#latestMs, epochMs + this.#aheadMs);
    return this.#latestMs;
  }
}
