"use client";

import type { RefObject } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { type ListKeys, useListKeys } from "../../client/use-list-keys.ts";
import { useMayAdminister } from "../../client/viewer.tsx";

export interface AgentKeysOptions extends ListKeys {
  /** Agents one by one, or their sites. */
  bySite: () => void;
  rollouts: () => void;
  enrol: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of agents. Those that act are there for admins alone. */
export function useAgentKeys({ bySite, rollouts, enrol, textField, ...list }: AgentKeysOptions): void {
  const acting: Hotkey[] = [{ keys: ["e"], does: "Enrol an agent", run: enrol }];
  useListKeys("Readers & agents", "agent", list, [
    { keys: ["/"], does: "Filter by words", run: () => textField.current?.focus() },
    { keys: ["v"], does: "By site, or one by one", run: bySite },
    { keys: ["s"], does: "Settings and versions of the fleet", run: rollouts },
    ...(useMayAdminister() ? acting : []),
  ]);
}
