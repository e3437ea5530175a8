"use client";

import type { RefObject } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { type ListKeys, useListKeys } from "../../client/use-list-keys.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/agents/use-agent-keys.ts";

export interface AgentKeysOptions extends ListKeys {
  /** Agents one by one, or their sites. */
  bySite: () => void;
  rollouts: () => void;
  enrol: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of agents. Those that act are there for admins alone. */
export function useAgentKeys({ bySite, rollouts, enrol, textField, ...list }: AgentKeysOptions): void {
  const acting: Hotkey[] = [{ keys: ["e"], does: strings.enrolAnAgent, run: enrol }];
  useListKeys(strings.readersAgents, "agent", list, [
    { keys: ["/"], does: strings.filterByWords, run: () => textField.current?.focus() },
    { keys: ["v"], does: strings.bySiteOrOneBy, run: bySite },
    { keys: ["s"], does: strings.settingsAndVersionsOfThe, run: rollouts },
    ...(useMayAdminister() ? acting : []),
  ]);
}
