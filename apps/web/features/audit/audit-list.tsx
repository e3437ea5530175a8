"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { type TimeZoneChoice, useTimeZone } from "../../client/time-zone.ts";
import type { AuditRow } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/audit/audit-list.ts";
import { drawnWith, movedTo } from "../../ui/list-moves.ts";
import { AuditRowLine, type AuditRowProps, ColumnNames } from "./audit-row.tsx";
import { actorText, type Names, placeText, reasonText, timeText } from "./entry-words.ts";
import type { LogWindow } from "./log-window.ts";

const rowHeight = 44;
/** So close to an end of what is held more is asked for. */
const rowsAhead = 120;

export interface AuditListProps {
  window: LogWindow;
  names: Names;
  scroller: RefObject<HTMLDivElement | null>;
  /** Place of the entry that the list points at; -1: none. */
  cursor: number;
  /** The entry that is to be scrolled to; none once it was: entries that come move nothing by themselves. */
  toShow: { current: string | null };
  onMove: (index: number) => void;
  onEnd: (end: "newest" | "oldest") => void;
  onOpen: (id: string) => void;
  onMore: (direction: "older" | "newer") => void;
  onSeen: () => void;
}

/** Whether the newest entry that is held can be seen. */
export const isScrolledUp = (scroller: HTMLElement | null): boolean =>
  (scroller?.scrollTop ?? 0) < rowHeight / 2;

const elementId = (id: string): string => `entry-${id}`;

/** The entries that are held, as many as fit the window; asks for more before an end of them is reached. */
export function AuditList(props: AuditListProps) {
  const { window, names, scroller, cursor, toShow, onOpen, onMore, onSeen } = props;
  const { rows } = window;
  const zone = useTimeZone();
  const keyOf = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  useHeldStill(window, scroller);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 10,
    rangeExtractor: drawnWith(cursor),
  });
  const items = virtualizer.getVirtualItems();
  const { startIndex, endIndex } = virtualizer.range ?? { startIndex: 0, endIndex: 0 };
  useEffect(() => {
    if (window.hasOlder && endIndex >= rows.length - rowsAhead) onMore("older");
    if (window.hasNewer && startIndex < rowsAhead) onMore("newer");
    if (window.fresh > 0 && !window.hasNewer && isScrolledUp(scroller.current)) onSeen();
  });
  const pointedAt = rows[cursor]?.id;
  useEffect(() => {
    if (toShow.current === null) return;
    const at = rows.findIndex(({ id }) => id === toShow.current);
    toShow.current = null;
    if (at !== -1) virtualizer.scrollToIndex(at, { align: "auto" });
  });
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <ColumnNames />
      <div
        ref={scroller}
        role="listbox"
        tabIndex={0}
        aria-label={strings.auditEntries}
        aria-activedescendant={pointedAt === undefined ? undefined : elementId(pointedAt)}
        onKeyDown={(event) => onListKey(event, props)}
        className="min-h-0 flex-1 overflow-y-auto outline-none [overflow-anchor:none] [scrollbar-gutter:stable] focus-visible:ring-2 focus-visible:ring-focus"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ key, index, start, size }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={key}
                role="presentation"
                className="absolute inset-x-0 top-0"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <AuditRowLine {...lineOf(row, names, zone)} isAtCursor={index === cursor} onOpen={onOpen} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Whatever comes in or goes above it, what is looked at stays where it is; who looks at the newest goes on to do so. */
function useHeldStill(window: LogWindow, scroller: RefObject<HTMLDivElement | null>): void {
  const before = useRef(window);
  useLayoutEffect(() => {
    const [was, element] = [before.current, scroller.current];
    before.current = window;
    if (was.rows === window.rows || element === null) return;
    if (isScrolledUp(element) && !was.hasNewer) return;
    const at = Math.min(Math.floor(element.scrollTop / rowHeight), was.rows.length - 1);
    const now = window.rows.findIndex(({ id }) => id === was.rows[at]?.id);
    if (now !== -1 && now !== at) element.scrollTop += (now - at) * rowHeight;
  }, [window, scroller]);
}

function lineOf(
  { id, recordedAtEpochMs, index, entry }: AuditRow,
  names: Names,
  zone: TimeZoneChoice,
): Omit<AuditRowProps, "isAtCursor" | "onOpen"> {
  const atEpochMs = entry?.atEpochMs ?? recordedAtEpochMs;
  return {
    ...{ id, elementId: elementId(id), place: placeText(index) },
    time: timeText(atEpochMs, zone),
    iso: new Date(atEpochMs).toISOString(),
    actor: entry === null ? "" : actorText(entry.actor, names),
    action: entry?.action ?? "",
    subject: entry?.subject ?? "",
    reason: entry === null ? "" : reasonText(entry),
    isUnreadable: entry === null,
  };
}

function onListKey(
  event: KeyboardEvent,
  { cursor, window, scroller, onMove, onEnd, onOpen }: AuditListProps,
): void {
  const pointedAt = window.rows[cursor]?.id;
  const count = window.rows.length;
  const to = movedTo(event.key, { at: cursor, count, scroller: scroller.current, rowHeight });
  // The ends are those of the log, not of what is held of it.
  if (event.key === "Home") onEnd("newest");
  else if (event.key === "End") onEnd("oldest");
  else if (to !== undefined) onMove(to);
  else if (event.key === "Enter" && pointedAt !== undefined) onOpen(pointedAt);
  else return;
  event.preventDefault();
}
