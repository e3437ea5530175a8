"use client";

import type { RefObject } from "react";
import { type ListKeys, useListKeys } from "../../client/use-list-keys.ts";
import * as strings from "../../strings/generated/audit/use-audit-keys.ts";

export interface AuditKeysOptions extends ListKeys {
  newest: () => void;
  goTo: () => void;
  verify: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of the audit log. */
export function useAuditKeys({ newest, goTo, verify, textField, ...list }: AuditKeysOptions): void {
  useListKeys(strings.audit, "entry", list, [
    { keys: ["n"], does: strings.goToTheNewest, run: newest },
    { keys: [":"], does: strings.goToAPlaceOr, run: goTo },
    { keys: ["/"], does: strings.filterByWords, run: () => textField.current?.focus() },
    { keys: ["v"], does: strings.verifyConsistencyNow, run: verify },
  ]);
}
