"use client";

import type { Alert } from "@tapline/core/alerts";
import { useState } from "react";
import { useStable } from "../../client/use-stable.ts";
import { type Cursor, cursorAt, nextBeside, settleCursor } from "./rows.ts";

/** Where the list is pointed at, what is marked, and whether the pane is open where it covers the list. */
export interface ListState {
  cursor: Cursor | null;
  /** The alert under the cursor. */
  current: Alert | null;
  marked: ReadonlySet<string>;
  isPaneOpen: boolean;
  moveTo: (index: number) => void;
  /** Off what has just been seen to and moves away, to the next one that is not. */
  moveOn: (seenTo: readonly Alert[]) => void;
  open: (id: string) => void;
  closePane: () => void;
  mark: (id: string) => void;
  markAll: () => void;
  unmarkAll: () => void;
}

export function useListState(alerts: readonly Alert[]): ListState {
  const [wanted, setCursor] = useState<Cursor | null>(null);
  const [marks, setMarks] = useState<ReadonlySet<string>>(new Set());
  const [isPaneOpen, setPaneOpen] = useState(false);
  const cursor = settleCursor(wanted, alerts);
  // So that the place is remembered when its alert goes.
  if (cursor?.id !== wanted?.id || cursor?.index !== wanted?.index) setCursor(cursor);
  const current = cursor === null ? null : (alerts[cursor.index] ?? null);
  return {
    ...{ cursor, current, isPaneOpen: isPaneOpen && current !== null },
    marked: marks,
    moveTo: (index) => setCursor(cursorAt(alerts, index)),
    moveOn: (seenTo) => setCursor(nextBeside(cursor, alerts, new Set(seenTo.map(({ id }) => id)))),
    // Those that each row has stay the same: else all rows were drawn anew for one.
    open: useStable((id) => {
      setCursor(
        cursorAt(
          alerts,
          alerts.findIndex((alert) => alert.id === id),
        ),
      );
      setPaneOpen(true);
    }),
    closePane: useStable(() => setPaneOpen(false)),
    mark: useStable((id) => setMarks(toggled(marks, id))),
    markAll: () => setMarks(new Set(alerts.map(({ id }) => id))),
    unmarkAll: () => setMarks(new Set()),
  };
}

function toggled(marks: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(marks);
  if (!next.delete(id)) next.add(id);
  return next;
}
