import { countOf, intersect, merge, type SeqRange, subtract } from "./ranges.ts";

/** A gap as the ledger has it, still open. */
export type OpenGap = SeqRange & { readonly id: bigint; readonly openedAtEpochMs: number };

/** What the ledger has to do. */
export type GapChange = {
  /** Numbers that were missing nowhere before. */
  readonly opened: readonly SeqRange[];
  /** Gaps filled whole or in part, with the pieces that remain and those that were filled. */
  readonly changed: readonly {
    readonly gap: OpenGap;
    readonly open: readonly SeqRange[];
    readonly filled: readonly SeqRange[];
  }[];
};

/**
 * Compares the ledger with what is missing now, within numbers that were looked at afresh.
 * @param looked where `missing` is complete; gaps outside stay as they are
 * @param listed gaps of the ledger; any may reach beyond `looked`
 */
export function reconcileGaps(
  looked: readonly SeqRange[],
  missing: readonly SeqRange[],
  listed: readonly OpenGap[],
): GapChange {
  const [seen, holes] = [merge(looked), merge(missing)];
  const changed = listed.flatMap((gap) => {
    const filled = subtract(intersect([gap], seen), holes);
    return countOf(filled) === 0 ? [] : { gap, filled, open: subtract([gap], filled) };
  });
  return { opened: subtract(intersect(holes, seen), merge(listed)), changed };
}
