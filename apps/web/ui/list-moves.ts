import { defaultRangeExtractor, type Range } from "@tanstack/react-virtual";

/**
 * Where a key leads in a list that points at its line `at`, of lines that are `rowHeight` px high; `undefined`: it is no key that moves.
 * What stands beyond the ends is left to the list.
 */
export function movedTo(
  key: string,
  {
    at,
    count,
    scroller,
    rowHeight,
  }: { at: number; count: number; scroller: HTMLElement | null; rowHeight: number },
): number | undefined {
  const page = Math.max(1, Math.floor((scroller?.clientHeight ?? rowHeight) / rowHeight) - 1);
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  return moves[key];
}

/** Which lines are drawn: those in sight, and the one that the list points at, however far away it was scrolled; assistive technology looks for it. */
export const drawnWith =
  (cursor: number) =>
  (range: Range): number[] => {
    const shown = defaultRangeExtractor(range);
    return cursor < 0 || shown.includes(cursor) ? shown : [...shown, cursor].sort((a, b) => a - b);
  };
