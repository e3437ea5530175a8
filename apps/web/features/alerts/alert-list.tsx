"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import type { Alert, AlertState } from "@tapline/core/alerts";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { formatSpan } from "../../client/format.ts";
import { alertElementId } from "../../client/painted-alerts.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import { type AlertCounts, isFirstOfSeveral } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/alert-list.ts";
import { drawnWith, movedTo } from "../../ui/list-moves.ts";
import { AlertRow } from "./alert-row.tsx";
import { placeOf, standingOf } from "./alert-words.ts";
import { figuresOf } from "./figures.ts";
import { type Cursor, rowsOf } from "./rows.ts";

const headings: Record<AlertState, string> = {
  "active-unacknowledged": strings.activeNotAcknowledged,
  "returned-unacknowledged": strings.overNotAcknowledged,
  acknowledged: strings.activeAcknowledged,
  shelved: strings.shelved,
  suppressed: strings.suppressedByDesign,
  "out-of-service": strings.outOfService,
  normal: strings.closed,
};
const rowHeight = 56;
const headingHeight = 32;
/** So many rows before the end of what is loaded more is asked for. */
const loadAheadRows = 40;

export interface AlertListProps {
  alerts: readonly Alert[];
  groupSizes: AlertCounts["groupSizes"];
  /** Of people, by their ids. */
  names: ReadonlyMap<string, string>;
  hasMore: boolean;
  loadMore: () => void;
  cursor: Cursor | null;
  marked: ReadonlySet<string>;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
  onMark: (id: string) => void;
}

/** The alerts, as many as fit the window: however long the list is, the page holds a screenful. */
export function AlertList(props: AlertListProps) {
  const { alerts, cursor, hasMore, loadMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(alerts), [alerts]);
  const cursorRow = rows.findIndex((row) => row.kind === "alert" && row.alert.id === cursor?.id);
  // A new one with new rows, and only then: by this the virtualizer knows that heights have to be added up anew.
  const keyOf = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : row.kind === "heading" ? row.state : row.alert.id;
    },
    [rows],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === "heading" ? headingHeight : rowHeight),
    getItemKey: keyOf,
    overscan: 8,
    rangeExtractor: drawnWith(cursorRow),
  });
  const moves = useRef(cursor?.id);
  useEffect(() => {
    if (moves.current === cursor?.id || cursorRow < 0) return;
    moves.current = cursor?.id;
    virtualizer.scrollToIndex(cursorRow <= 1 ? 0 : cursorRow, { align: "auto" });
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - loadAheadRows) loadMore();
  });
  return (
    <div
      ref={scroller}
      role="listbox"
      tabIndex={0}
      aria-label={strings.alerts}
      aria-multiselectable
      aria-activedescendant={cursor === null ? undefined : alertElementId(cursor.id)}
      onKeyDown={(event) => onListKey(event, props, scroller.current)}
      className="contain-strict min-h-0 flex-1 overflow-y-auto outline-none [scrollbar-gutter:stable] focus-visible:ring-2 focus-visible:ring-focus"
    >
      <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        <Rows {...props} rows={rows} items={items} />
      </div>
    </div>
  );
}

type RowsProps = AlertListProps & {
  rows: ReturnType<typeof rowsOf>;
  items: ReturnType<ReturnType<typeof useVirtualizer>["getVirtualItems"]>;
};

function Rows({ rows, items, groupSizes, names, cursor, marked, onOpen, onMark }: RowsProps) {
  useNow(1_000);
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  return items.map(({ key, index, start, size }) => {
    const row = rows[index];
    if (row === undefined) return null;
    return (
      <div
        key={key}
        role="presentation"
        className="contain-strict absolute inset-x-0 top-0"
        style={{ height: size, transform: `translateY(${start}px)` }}
      >
        {row.kind === "heading" ? (
          <Heading state={row.state} />
        ) : (
          <AlertRow
            id={alertElementId(row.alert.id)}
            alert={row.alert}
            place={placeOf(row.alert)}
            standing={standingOf(row.alert, nowEpochMs, zone)}
            age={formatSpan(nowEpochMs - row.alert.raisedAtEpochMs)}
            figures={figuresOf(row.alert)}
            assignee={row.alert.assignee ? (names.get(row.alert.assignee) ?? strings.somebodyWhoIsGone) : ""}
            isFirstOut={isFirstOfSeveral(row.alert, groupSizes)}
            isAtCursor={row.alert.id === cursor?.id}
            isMarked={marked.has(row.alert.id)}
            {...{ onOpen, onMark }}
          />
        )}
      </div>
    );
  });
}

/** Each option says its state itself, so the heading is for the eye alone. */
function Heading({ state }: { state: AlertState }) {
  return (
    <p
      aria-hidden
      className="flex h-full items-end border-b border-line bg-surface px-4 pb-1.5 text-xs font-medium text-ink-faint"
    >
      {headings[state]}
    </p>
  );
}

function onListKey(
  event: KeyboardEvent,
  { cursor, alerts, onMove, onMark, onOpen }: AlertListProps,
  scroller: HTMLElement | null,
): void {
  const to = movedTo(event.key, { at: cursor?.index ?? 0, count: alerts.length, scroller, rowHeight });
  if (to !== undefined) onMove(to);
  else if (event.key === " " && cursor !== null) onMark(cursor.id);
  else if (event.key === "Enter" && cursor !== null) onOpen(cursor.id);
  else return;
  event.preventDefault();
}
