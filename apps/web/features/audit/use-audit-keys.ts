"use client";

import type { RefObject } from "react";
import { type ListKeys, useListKeys } from "../../client/use-list-keys.ts";

export interface AuditKeysOptions extends ListKeys {
  newest: () => void;
  goTo: () => void;
  verify: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of the audit log. */
export function useAuditKeys({ newest, goTo, verify, textField, ...list }: AuditKeysOptions): void {
  useListKeys("Audit", "entry", list, [
    { keys: ["n"], does: "Go to the newest", run: newest },
    { keys: [":"], does: "Go to a place or a time", run: goTo },
    { keys: ["/"], does: "Filter by words", run: () => textField.current?.focus() },
    { keys: ["v"], does: "Verify consistency now", run: verify },
  ]);
}
