/** Sequence numbers from `first` to `last`, both included. */
export type SeqRange = { readonly first: number; readonly last: number };

/** The same numbers as sorted ranges that neither overlap nor touch. Empty ranges (last < first) vanish. */
export function merge(ranges: readonly SeqRange[]): SeqRange[] {
  const sorted = ranges.filter(({ first, last }) => first <= last).sort((a, b) => a.first - b.first);
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/** Numbers of `from` that are not in `what`. @param what merged. @param from merged */
export function subtract(from: readonly SeqRange[], what: readonly SeqRange[]): SeqRange[] {
  const left: SeqRange[] = [];
  let next = 0;
  for (const { first, last } of from) {
    let begin = first;
    while (next < what.length && (what[next]?.last ?? 0) < begin) next++;
    for (let i = next; i < what.length; i++) {
      const hole = what[i];
      if (hole === undefined || hole.first > last) break;
      if (hole.first > begin) left.push({ first: begin, last: hole.first - 1 });
      begin = hole.last + 1;
    }
    if (begin <= last) left.push({ first: begin, last });
  }
  return left;
}

/** Numbers of both. @param one merged. @param other merged */
export function intersect(one: readonly SeqRange[], other: readonly SeqRange[]): SeqRange[] {
  return subtract(one, subtract(one, other));
}

/** How many numbers. */
export function countOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
