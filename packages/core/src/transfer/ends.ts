import { countOf, intersect, merge, type SeqRange, subtract } from "./ranges.ts";

/** How a tap ended; where one number has several, the first in this order counts. */
export const endKinds = ["archived", "duplicate", "rejected"] as const;

export type EndKind = (typeof endKinds)[number];

/** Taps of one agent's epoch with one kind of end; bit i of `members`: tap `firstSeq + i`. Null = all of them. */
export type KnownEnd = {
  readonly kind: EndKind;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly members: Uint8Array | null;
};

/** How the numbers of a range ended; `missing` have no end. */
export type Tally = Readonly<Record<EndKind, number>> & { readonly missing: readonly SeqRange[] };

/**
 * Counts a range's ends, each number once. The cost grows with the ends, not with the range: an agent may claim any
 * number.
 */
export function tallyEnds(range: SeqRange, ends: readonly KnownEnd[]): Tally {
  let left = merge([range]);
  const counts = { archived: 0, duplicate: 0, rejected: 0 };
  for (const kind of endKinds) {
    const ended = merge(ends.filter((end) => end.kind === kind).flatMap(rangesOf));
    counts[kind] = countOf(intersect(left, ended));
    left = subtract(left, ended);
  }
  return { ...counts, missing: left };
}

function rangesOf({ firstSeq, lastSeq, members }: KnownEnd): SeqRange[] {
  if (members === null) return [{ first: firstSeq, last: lastSeq }];
  const ranges: SeqRange[] = [];
  for (let seq = firstSeq; seq <= lastSeq; seq++) {
    const bit = seq - firstSeq;
    if ((((members[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1) ranges.push({ first: seq, last: seq });
  }
  return ranges;
}
