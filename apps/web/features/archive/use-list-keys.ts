"use client";

import type { Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";

export interface ListKeysOptions {
  /** Heading of the help. */
  on: string;
  /** What is listed, in the singular. */
  what: string;
  move: (by: number) => void;
  /** Opens what the list points at. */
  open: () => void;
  close: () => void;
  /** Further ones, such as those that act. */
  more?: readonly Hotkey[];
}

/** The keys of a list with what is open of it at its side. */
export function useListKeys({ on, what, move, open, close, more = [] }: ListKeysOptions): void {
  useHotkeys(on, [
    { keys: ["j"], does: `Next ${what}`, run: () => move(1), repeats: true },
    { keys: ["k"], does: `Previous ${what}`, run: () => move(-1), repeats: true },
    { keys: ["o"], does: "Open (or Enter in the list)", run: open },
    { keys: ["Escape"], does: "Close what is open", run: close },
    ...more,
  ]);
}
