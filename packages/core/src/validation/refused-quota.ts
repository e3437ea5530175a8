const bytesOfOne = 1024;

/**
 * What a refused tap counts in the quota of its agent: one for each KiB begun. A tap of usual size counts one, so the quota bounds
 * rows; the largest counts as many as it has KiB, so the quota bounds bytes, too.
 * @param payloadBytes size of the raw tap
 */
export function refusedCount(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / bytesOfOne));
}
