"use client";

import { type FocusEvent, useLayoutEffect, useRef, useState } from "react";
import { type HeldRow, holdOrder } from "./hold-order.ts";

/** Rows that do not move under the pointer, nor under the keyboard's focus, and what the element that holds them listens to. */
export function useHeldOrder<Item extends { key: string }>(items: readonly Item[]) {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const shown = useRef<HeldRow<Item>[]>([]);
  const rows =
    isPointed || isFocused
      ? holdOrder(shown.current, items)
      : items.map((item) => ({ ...item, isGone: false }));
  useLayoutEffect(() => {
    shown.current = rows;
  });
  return {
    rows,
    holding: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        setFocused(currentTarget.contains(relatedTarget)),
    },
  };
}
