"use client";

import { useCallback, useLayoutEffect, useRef } from "react";

/**
 * A function that stays the same, and does what the last one drawn does: what it is handed to need not be drawn anew for it. For what is
 * called by events, never while something is drawn.
 */
export function useStable<Given extends unknown[]>(
  act: (...given: Given) => void,
): (...given: Given) => void {
  const last = useRef(act);
  useLayoutEffect(() => {
    last.current = act;
  });
  return useCallback((...given) => last.current(...given), []);
}
