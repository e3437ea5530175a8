/** How often a fault that goes on is told, and how long it must not have come to count as over, ms. */
const tellEveryMs = 60_000;

/** A fault that has come again and again: how often in all, from when to when. */
export type FaultRun = {
  readonly times: number;
  readonly sinceEpochMs: number;
  readonly untilEpochMs: number;
};

type Standing = {
  times: number;
  readonly sinceEpochMs: number;
  untilEpochMs: number;
  toldAtEpochMs: number;
  readonly kinds: Set<string>;
};

/**
 * What is tried again for ever fails again and again while the part that it needs is away. Decides what of it is told: the first
 * time, each other kind of fault at once, and then once a minute how often it came.
 */
export class RepeatedFaults {
  readonly #standing = new Map<string, Standing>();

  /**
   * @param fault names it among others
   * @param kind of error; another kind is told at once
   * @returns null: not to be told now; a run of one: told in full; a longer one: in one line
   */
  note(fault: string, kind: string, nowEpochMs: number): FaultRun | null {
    const known = this.#standing.get(fault);
    const standing = known ?? {
      ...{ times: 0, sinceEpochMs: nowEpochMs, untilEpochMs: nowEpochMs, toldAtEpochMs: nowEpochMs },
      kinds: new Set<string>(),
    };
    this.#standing.set(fault, standing);
    standing.times++;
    standing.untilEpochMs = nowEpochMs;
    const isNew = !standing.kinds.has(kind);
    standing.kinds.add(kind);
    // A clock that jumps back makes it due, too.
    if (!isNew && Math.abs(nowEpochMs - standing.toldAtEpochMs) < tellEveryMs) return null;
    standing.toldAtEpochMs = nowEpochMs;
    const { times, sinceEpochMs, untilEpochMs } = standing;
    return isNew
      ? { times: 1, sinceEpochMs: nowEpochMs, untilEpochMs }
      : { times, sinceEpochMs, untilEpochMs };
  }

  /** Forgets the faults that have not come for a minute, and returns those that had come more than once. */
  ended(nowEpochMs: number): (FaultRun & { readonly fault: string })[] {
    const over: (FaultRun & { readonly fault: string })[] = [];
    for (const [fault, { times, sinceEpochMs, untilEpochMs }] of this.#standing) {
      if (Math.abs(nowEpochMs - untilEpochMs) < tellEveryMs) continue;
      this.#standing.delete(fault);
      if (times > 1) over.push({ fault, times, sinceEpochMs, untilEpochMs });
    }
    return over;
  }
}
