"use client";

import { useState } from "react";

/** Where a list of `ids` is pointed at: at one of them, or, where that is gone, at what took its place; at the one that is open. */
export function useCursor(
  ids: readonly string[],
  open: string | null,
): { index: number; moveTo: (index: number) => string | null } {
  const [wanted, setWanted] = useState<{ id: string | null; index: number }>({ id: null, index: 0 });
  const wantedId = open ?? wanted.id;
  const at = wantedId === null ? -1 : ids.indexOf(wantedId);
  const index = at === -1 ? Math.min(wanted.index, ids.length - 1) : at;
  const id = ids[index] ?? null;
  // So that the place is remembered when what stood there goes.
  if (at !== -1 && (wanted.id !== id || wanted.index !== index)) setWanted({ id, index });
  return {
    index,
    moveTo: (to) => {
      const next = Math.min(Math.max(to, 0), ids.length - 1);
      const nextId = ids[next] ?? null;
      setWanted({ id: nextId, index: next });
      return nextId;
    },
  };
}
