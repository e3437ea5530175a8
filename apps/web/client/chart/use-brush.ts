"use client";

import { useEffect, useRef, useState } from "react";
import type { MouseHandlerDataParam } from "recharts";
import type { Stretch } from "./stretch.ts";

/** It was pressed and let go, and nothing drawn over. */
const isPress = ({ fromEpochMs, untilEpochMs }: Stretch) => fromEpochMs === untilEpochMs;

/**
 * Looks closer at what the pointer is drawn over.
 * @returns what a chart of recharts is to be given, and what is being drawn over
 */
export function useBrush(show: (stretch: Stretch) => void) {
  const [drawn, setDrawn] = useState<{ start: number; end: number } | null>(null);
  const now = useRef({ drawn, show });
  useEffect(() => {
    now.current = { drawn, show };
  });
  const isDrawing = drawn !== null;
  useEffect(() => {
    if (!isDrawing) return;
    // It may be let go anywhere.
    const letGo = () => {
      const over = now.current.drawn;
      setDrawn(null);
      if (over !== null && !isPress(stretchOf(over))) now.current.show(stretchOf(over));
    };
    window.addEventListener("mouseup", letGo);
    return () => window.removeEventListener("mouseup", letGo);
  }, [isDrawing]);
  const handlers = {
    onMouseDown: ({ activeLabel }: MouseHandlerDataParam) => {
      const at = Number(activeLabel ?? Number.NaN);
      if (!Number.isNaN(at)) setDrawn({ start: at, end: at });
    },
    onMouseMove: ({ activeLabel }: MouseHandlerDataParam) => {
      const at = Number(activeLabel ?? Number.NaN);
      if (!Number.isNaN(at)) setDrawn((over) => (over === null ? null : { ...over, end: at }));
    },
  };
  return { handlers, over: drawn === null || isPress(stretchOf(drawn)) ? null : stretchOf(drawn) };
}

function stretchOf({ start, end }: { start: number; end: number }): Stretch {
  return { fromEpochMs: Math.min(start, end), untilEpochMs: Math.max(start, end) };
}
