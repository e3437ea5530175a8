"use client";

import * as strings from "../strings/generated/client/use-list-keys.ts";
import type { Hotkey } from "./hotkeys.ts";
import { useHotkeys } from "./use-hotkeys.ts";

export interface ListKeys {
  move: (by: number) => void;
  /** Opens what the list points at. */
  open: () => void;
  close: () => void;
}

/**
 * The keys of a list with what is open of it at its side: the same ones on every page.
 * @param on heading of the help
 * @param what is listed, in the singular
 * @param more further ones, such as those that act
 */
export function useListKeys(
  on: string,
  what: string,
  { move, open, close }: ListKeys,
  more: readonly Hotkey[] = [],
): void {
  useHotkeys(on, [
    { keys: ["j"], does: strings.nextWhat({ what }), run: () => move(1), repeats: true },
    { keys: ["k"], does: strings.previousWhat({ what }), run: () => move(-1), repeats: true },
    { keys: ["o"], does: strings.openOrEnterInThe, run: open },
    ...more,
    { keys: ["Escape"], does: strings.closeWhatIsOpen, run: close },
  ]);
}
