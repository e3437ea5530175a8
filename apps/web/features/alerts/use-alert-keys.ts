"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import type { RefObject } from "react";
import type { Hotkey } from "../../client/hotkeys.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { useMayOperate, useViewerId } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/alerts/use-alert-keys.ts";
import type { Asked } from "./ask-dialog.tsx";
import type { ListState } from "./use-list-state.ts";
import type { Notes } from "./use-notes.ts";

export interface AlertKeysOptions {
  state: ListState;
  /** What is marked. */
  chosen: readonly Alert[];
  notes: Notes;
  actOn: (alerts: readonly Alert[], act: AlertAct) => void;
  ask: (asked: Asked, alerts: readonly Alert[]) => void;
  textField: RefObject<HTMLInputElement | null>;
  noteField: RefObject<HTMLTextAreaElement | null>;
}

/** The keys of the page of alerts. Those that act are there for operators alone. */
export function useAlertKeys(options: AlertKeysOptions): void {
  const mayOperate = useMayOperate();
  const viewerId = useViewerId();
  useHotkeys(strings.alerts, [...moving(options), ...(mayOperate ? acting(options, viewerId) : [])]);
}

function moving({ state, textField }: AlertKeysOptions): Hotkey[] {
  const at = state.cursor?.index ?? 0;
  return [
    { keys: ["j"], does: strings.nextAlert, run: () => state.moveTo(at + 1), repeats: true },
    { keys: ["k"], does: strings.previousAlert, run: () => state.moveTo(at - 1), repeats: true },
    {
      keys: ["o"],
      does: strings.openOrEnterInThe,
      run: () => state.current && state.open(state.current.id),
    },
    { keys: ["x"], does: strings.markOrUnmark, run: () => state.current && state.mark(state.current.id) },
    { keys: ["/"], does: strings.filterByWords, run: () => textField.current?.focus() },
    {
      keys: ["Escape"],
      does: strings.closeOrUnmarkAll,
      run: state.isPaneOpen ? state.closePane : state.unmarkAll,
    },
  ];
}

function acting(
  { state, chosen, notes, actOn, ask, noteField }: AlertKeysOptions,
  viewerId: string,
): Hotkey[] {
  const { current } = state;
  const waiting = chosen.filter(({ unacknowledged }) => unacknowledged);
  return [
    {
      keys: ["a"],
      does: strings.acknowledgeWithWhatWasWritten,
      run: () => {
        if (current?.unacknowledged) actOn([current], { kind: "acknowledge", note: notes.take(current) });
      },
    },
    {
      keys: ["A"],
      does: strings.acknowledgeAllMarked,
      run: () => waiting.length > 0 && actOn(waiting, { kind: "acknowledge", note: null }),
    },
    {
      keys: ["s"],
      does: strings.shelveOrTakeOffThe,
      run: () => {
        if (chosen.length > 0) return ask("shelve", chosen);
        if (current !== null) ask(current.shelf === null ? "shelve" : "unshelve", [current]);
      },
    },
    {
      keys: ["i"],
      does: strings.assignToMe,
      run: () => {
        if (current !== null && current.state !== "normal" && current.assignee !== viewerId)
          actOn([current], { kind: "assign", to: viewerId, note: null });
      },
    },
    {
      keys: ["n"],
      does: strings.writeAComment,
      run: () => {
        if (current) state.open(current.id);
        noteField.current?.focus();
      },
    },
  ];
}
