"use client";

import type { RefObject } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { type ListKeys, useListKeys } from "../../client/use-list-keys.ts";
import { useMayAdminister } from "../../client/viewer.tsx";

export interface AgentKeysOptions extends ListKeys {
  enrol: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of agents. Those that act are there for admins alone. */
export function useAgentKeys({ enrol, textField, ...list }: AgentKeysOptions): void {
  const acting: Hotkey[] = [{ keys: ["e"], does: "Enrol an agent", run: enrol }];
  useListKeys("Readers & agents", "agent", list, [
    { keys: ["/"], does: "Filter by words", run: () => textField.current?.focus() },
    ...(useMayAdminister() ? acting : []),
  ]);
}
