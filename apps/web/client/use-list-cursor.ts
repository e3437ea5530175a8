"use client";

import type { Hotkey } from "./hotkeys.ts";
import { useCursor } from "./use-cursor.ts";
import { useListKeys } from "./use-list-keys.ts";

/** What of a list is open beside it, and how that becomes another. */
export interface OpenInList {
  open: string | null;
  change: (given: { open: string | null }) => void;
}

/**
 * Where a list of `ids` is pointed at, moved by its keys too: what is open beside it goes along, and closes.
 * @param on heading of the help
 * @param what is listed, in the singular
 * @param more further keys, such as those that act
 */
export function useListCursor(
  on: string,
  what: string,
  ids: readonly string[],
  { open, change }: OpenInList,
  more: readonly Hotkey[] = [],
): { index: number; moveTo: (index: number) => void } {
  const { index, moveTo: point } = useCursor(ids, open);
  const moveTo = (to: number): void => {
    const id = point(to);
    if (open !== null && id !== null) change({ open: id });
  };
  useListKeys(
    on,
    what,
    {
      move: (by) => moveTo(index + by),
      open: () => change({ open: ids[index] ?? null }),
      close: () => change({ open: null }),
    },
    more,
  );
  return { index, moveTo };
}
