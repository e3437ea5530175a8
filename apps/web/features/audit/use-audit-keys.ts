"use client";

import type { RefObject } from "react";
import { useHotkeys } from "../../client/use-hotkeys.ts";

export interface AuditKeysOptions {
  move: (by: number) => void;
  /** Opens the entry that the list points at. */
  open: () => void;
  close: () => void;
  newest: () => void;
  goTo: () => void;
  verify: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of the audit log. */
export function useAuditKeys({ move, open, close, newest, goTo, verify, textField }: AuditKeysOptions): void {
  useHotkeys("Audit", [
    { keys: ["j"], does: "Next entry", run: () => move(1), repeats: true },
    { keys: ["k"], does: "Previous entry", run: () => move(-1), repeats: true },
    { keys: ["o"], does: "Open (or Enter in the list)", run: open },
    { keys: ["n"], does: "Go to the newest", run: newest },
    { keys: [":"], does: "Go to a place or a time", run: goTo },
    { keys: ["/"], does: "Filter by words", run: () => textField.current?.focus() },
    { keys: ["v"], does: "Verify consistency now", run: verify },
    { keys: ["Escape"], does: "Close what is open", run: close },
  ]);
}
