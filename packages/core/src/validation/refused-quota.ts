const bytesOfOne = 1024;
/** How often the quota comes free once more in the course of a day, evenly. */
const timesAfterQuota = 2;

/**
 * What a refused tap counts in the quota of its agent: one for each KiB begun. A tap of usual size counts one, so the quota bounds
 * rows; the largest counts as many as it has KiB, so the quota bounds bytes, too.
 * @param payloadBytes size of the raw tap
 */
export function refusedCount(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / bytesOfOne));
}

/**
 * What an agent's refused taps may count beyond its quota in the course of a day, evenly from 00:00 UTC on: whoever stands at a reader
 * and spends the quota so holds up no good taps, as long as no more come that are refused.
 */
export function afterQuota(perDay: number): number {
  return timesAfterQuota * perDay;
}

/**
 * Whether a refused tap is kept whole once its agent's quota is spent, or its digest alone. Taps of usual size are, and can be
 * replayed; so a tap counts one from there on, and bounds bytes as it did before.
 */
export function isKeptWhole(payloadBytes: number): boolean {
  return refusedCount(payloadBytes) === 1;
}

/**
 * What the duplicates of one agent in one segment count in its quota: one for each row that they cost beyond the first. Packets that
 * were tapped twice lie close to their first copies, or come alone, and count nothing; what an agent sends again under the same
 * numbers, as after a crash, is no duplicate and costs no row.
 * @param runs rows of the index, one for each segment that holds first copies (`duplicateRuns`)
 */
export function duplicatesCount(runs: number): number {
  return Math.max(0, runs - 1);
}
