/** One of those that a new connection may go to. */
export type Candidate = Readonly<{
  /** Connections that it has. */
  open: number;
  readySinceEpochMs: number;
}>;

/** A new process gets its part little by little, ms: its code is cold, and all the others have their connections already. */
export const slowStartMs = 10_000;
const leastWeight = 0.1;

/** The one with the fewest connections for its weight, which grows while it is new; null where there is none. */
export function leastLoaded<T extends Candidate>(candidates: readonly T[], atEpochMs: number): T | null {
  let best: { candidate: T; load: number } | null = null;
  for (const candidate of candidates) {
    const age = (atEpochMs - candidate.readySinceEpochMs) / slowStartMs;
    const load = (candidate.open + 1) / Math.min(1, Math.max(leastWeight, age));
    if (best === null || load < best.load) best = { candidate, load };
  }
  return best?.candidate ?? null;
}

/**
 * Who gets the next connection: a colour by its share, and of that colour the least loaded. Where a colour has nobody ready
 * the other one serves: a share is a wish, a refused agent is a fault.
 * @param chance 0 (inclusive) to 1
 */
export function chooseReplica<T extends Candidate>(
  candidates: Readonly<{ blue: readonly T[]; green: readonly T[] }>,
  greenPercent: number,
  chance: number,
  atEpochMs: number,
): T | null {
  const { blue, green } = candidates;
  const [first, second] = chance * 100 < greenPercent ? [green, blue] : [blue, green];
  return leastLoaded(first, atEpochMs) ?? leastLoaded(second, atEpochMs);
}
