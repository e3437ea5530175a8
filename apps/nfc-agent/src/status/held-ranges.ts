/** Numbers in rising order as ranges, both ends included: the lowest `most` of them. */
export function heldRanges(seqs: Iterable<number>, most: number): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const range = ranges.at(-1);
    if (range?.[1] === seq - 1) range[1] = seq;
    else if (ranges.length === most) break;
    else ranges.push([seq, seq]);
  }
  return ranges;
}
