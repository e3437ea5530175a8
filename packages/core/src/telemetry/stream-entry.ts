/** When an entry of a Redis stream was taken, by its server's clock. @param entry as in `1764417600000-3` */
export const entryEpochMs = (entry: string): number => Number(entry.split("-")[0]);

/** Whether a stream's entry stands behind another one. */
export function isBehind(entry: string, other: string): boolean {
  const [[ms = 0, seq = 0], [otherMs = 0, otherSeq = 0]] = [entry, other].map((id) =>
    id.split("-").map(Number),
  ) as [number[], number[]];
  return ms === otherMs ? seq > otherSeq : ms > otherMs;
}
