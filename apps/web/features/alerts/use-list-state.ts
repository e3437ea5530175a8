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

/** An alert that is open by itself: its id, itself where it is not in the list, and the way to another one. */
export interface OpenAlert {
  id: string | null;
  alert: Alert | null;
  set: (id: string | null) => void;
}

export function useListState(alerts: readonly Alert[], open: OpenAlert): ListState {
  const [wanted, setCursor] = useState<Cursor | null>(null);
  const [marks, setMarks] = useState<ReadonlySet<string>>(new Set());
  const openIndex = open.id === null ? -1 : alerts.findIndex(({ id }) => id === open.id);
  const cursor = settleCursor(openIndex === -1 ? wanted : cursorAt(alerts, openIndex), alerts);
  // So that the place is remembered when its alert goes.
  if (cursor?.id !== wanted?.id || cursor?.index !== wanted?.index) setCursor(cursor);
  // One that was in the list and left it gives way to what took its place; one that an address names stays.
  const [listed, setListed] = useState<string | null>(null);
  if (openIndex !== -1 && listed !== open.id) setListed(open.id);
  const isBesideList = open.id !== null && openIndex === -1 && listed !== open.id;
  const atCursor = cursor === null ? null : (alerts[cursor.index] ?? null);
  const current = isBesideList ? (open.alert ?? atCursor) : atCursor;
  const moveTo = (to: Cursor | null) => {
    setCursor(to);
    if (open.id !== null && to !== null) open.set(to.id);
  };
  return {
    ...{ cursor, current, isPaneOpen: open.id !== null && current !== null },
    marked: marks,
    moveTo: (index) => moveTo(cursorAt(alerts, index)),
    moveOn: (seenTo) => moveTo(nextBeside(cursor, alerts, new Set(seenTo.map(({ id }) => id)))),
    // Those that each row has stay the same: else all rows were drawn anew for one.
    open: useStable((id) => {
      setCursor(
        cursorAt(
          alerts,
          alerts.findIndex((alert) => alert.id === id),
        ),
      );
      open.set(id);
    }),
    closePane: useStable(() => open.set(null)),
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
