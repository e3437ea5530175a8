"use client";

import { useState } from "react";
import type { Standing } from "./agent-standing.ts";

/** Where the list is pointed at: at an agent, or, where that is gone from it, at what took its place; at the one that is open. */
export function useCursor(
  standings: readonly Standing[],
  open: string | null,
): { index: number; moveTo: (index: number) => string | null } {
  const [wanted, setWanted] = useState<{ id: string | null; index: number }>({ id: null, index: 0 });
  const placeOf = (id: string | null) => standings.findIndex(({ agent }) => agent.id === id);
  const at = placeOf(open ?? wanted.id);
  const index = at === -1 ? Math.min(wanted.index, standings.length - 1) : at;
  const id = standings[index]?.agent.id ?? null;
  // So that the place is remembered when its agent goes.
  if (at !== -1 && (wanted.id !== id || wanted.index !== index)) setWanted({ id, index });
  return {
    index,
    moveTo: (to) => {
      const next = Math.min(Math.max(to, 0), standings.length - 1);
      const nextId = standings[next]?.agent.id ?? null;
      setWanted({ id: nextId, index: next });
      return nextId;
    },
  };
}
