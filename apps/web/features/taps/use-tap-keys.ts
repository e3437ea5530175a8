"use client";

import type { RefObject } from "react";
import { useHotkeys } from "../../client/use-hotkeys.ts";

/** The keys of the page of taps. */
export function useTapKeys({
  move,
  open,
  close,
  textField,
}: {
  move: (by: number) => void;
  /** Opens the tap that the list points at. */
  open: () => void;
  close: () => void;
  textField: RefObject<HTMLInputElement | null>;
}): void {
  useHotkeys("Taps", [
    { keys: ["j"], does: "Next tap", run: () => move(1), repeats: true },
    { keys: ["k"], does: "Previous tap", run: () => move(-1), repeats: true },
    { keys: ["o"], does: "Open (or Enter in the list)", run: open },
    { keys: ["/"], does: "Find a tap", run: () => textField.current?.focus() },
    { keys: ["Escape"], does: "Close what is open", run: close },
  ]);
}
