const bytesOfOne = 1024;

/**
 * What a refused tap counts in the quota of its agent: one for each KiB begun. A tap of usual size counts one, so the quota bounds
 * rows; the largest counts as many as it has KiB, so the quota bounds bytes, too.
 * @param payloadBytes size of the raw tap
 */
export function refusedCount(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / bytesOfOne));
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
