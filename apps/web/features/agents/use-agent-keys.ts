"use client";

import type { RefObject } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { useMayAdminister } from "../../client/viewer.tsx";

export interface AgentKeysOptions {
  move: (by: number) => void;
  /** Opens the agent that the list points at. */
  open: () => void;
  close: () => void;
  enrol: () => void;
  textField: RefObject<HTMLInputElement | null>;
}

/** The keys of the page of agents. Those that act are there for admins alone. */
export function useAgentKeys({ move, open, close, enrol, textField }: AgentKeysOptions): void {
  const mayAdminister = useMayAdminister();
  const acting: Hotkey[] = [{ keys: ["e"], does: "Enrol an agent", run: enrol }];
  useHotkeys("Readers & agents", [
    { keys: ["j"], does: "Next agent", run: () => move(1), repeats: true },
    { keys: ["k"], does: "Previous agent", run: () => move(-1), repeats: true },
    { keys: ["o"], does: "Open (or Enter in the list)", run: open },
    { keys: ["/"], does: "Filter by words", run: () => textField.current?.focus() },
    { keys: ["Escape"], does: "Close what is open", run: close },
    ...(mayAdminister ? acting : []),
  ]);
}
