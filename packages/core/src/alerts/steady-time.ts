/** So much later than agreed a caller may come, ms: later, the clock jumped, or everything stood still. */
const graceMs = 10_000;

/**
 * Time that never goes back, from a wall clock that may. A step back counts nothing. A step forward counts, unless it leads beyond the
 * moment at which the caller was to come by more than `graceMs`: then the clock was set, or the machine stood still, and
 * who was not heard meanwhile had no chance to be.
 */
export class SteadyTime {
  #epochMs: number;
  #steadyMs: number;

  constructor(nowEpochMs: number) {
    this.#epochMs = nowEpochMs;
    this.#steadyMs = nowEpochMs;
  }

  /** @param dueMs when the caller was to come at the latest, in steady time; infinity: nothing waits. @returns now */
  advance(nowEpochMs: number, dueMs: number): number {
    const stepMs = nowEpochMs - this.#epochMs;
    this.#epochMs = nowEpochMs;
    if (stepMs > 0 && this.#steadyMs + stepMs <= dueMs + graceMs) this.#steadyMs += stepMs;
    return this.#steadyMs;
  }

  /** The wall clock was set ahead by so much (negative: back) since the last call, which says nothing of how much time has passed. */
  clockWasSet(byMs: number): void {
    this.#epochMs += byMs;
  }

  /** When it will be `steadyMs` by the wall clock, as that stands now. */
  epochMsOf(steadyMs: number): number {
    return this.#epochMs + (steadyMs - this.#steadyMs);
  }
}
