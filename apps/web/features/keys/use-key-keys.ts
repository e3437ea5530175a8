"use client";

import type { Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { useMayAdminister } from "../../client/viewer.tsx";

export interface KeyKeysOptions {
  move: (by: number) => void;
  /** Opens the key that the ring points at. */
  open: () => void;
  close: () => void;
  add: () => void;
}

/** The keys of the page of keys. Those that act are there for admins alone. */
export function useKeyKeys({ move, open, close, add }: KeyKeysOptions): void {
  const mayAdminister = useMayAdminister();
  const acting: Hotkey[] = [{ keys: ["n"], does: "Add a certificate", run: add }];
  useHotkeys("Keys of the archive", [
    { keys: ["j"], does: "Next key", run: () => move(1), repeats: true },
    { keys: ["k"], does: "Previous key", run: () => move(-1), repeats: true },
    { keys: ["o"], does: "Open", run: open },
    { keys: ["Escape"], does: "Close what is open", run: close },
    ...(mayAdminister ? acting : []),
  ]);
}
