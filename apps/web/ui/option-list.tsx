"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from "react";
import { cn } from "./cn.ts";
import { drawnWith, movedTo } from "./list-moves.ts";

const rowHeight = 46;
/** So many rows before the end of what is loaded more is asked for. */
const loadAheadRows = 20;

export interface OptionListProps {
  /** What is listed, such as "Segments". */
  name: string;
  ids: readonly string[];
  /** Place of the one that the list points at; -1: none. */
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
  /** Grid columns of a line and of the names over them. */
  columns: string;
  /** Names over the columns, for the eye: each line names its figures itself. */
  head: ReactNode;
  /** The cells of a line. */
  children: (index: number) => ReactNode;
  /** Asked near the end of what is there; left out where that is all. */
  onEnd?: (() => void) | undefined;
}

/** A list that points at one of its lines and opens them; only those are drawn that fit the window. */
export function OptionList(props: OptionListProps) {
  const { name, ids, cursor, onOpen, columns, children, onEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const keyOf = useCallback((index: number) => ids[index] ?? index, [ids]);
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
    rangeExtractor: drawnWith(cursor),
  });
  const pointedAt = ids[cursor];
  const moves = useRef<string | undefined>(undefined);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= ids.length - loadAheadRows) onEnd?.();
    if (pointedAt === undefined || moves.current === pointedAt) return;
    moves.current = pointedAt;
    virtualizer.scrollToIndex(cursor, { align: "auto" });
  });
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <div
        aria-hidden
        className={cn(
          columns,
          "grid h-8 shrink-0 items-center gap-x-3 overflow-hidden border-b border-line pr-4 pl-3 text-xs font-medium text-ink-faint [scrollbar-gutter:stable]",
        )}
      >
        {props.head}
      </div>
      <div
        ref={scroller}
        role="listbox"
        tabIndex={0}
        aria-label={name}
        aria-activedescendant={pointedAt === undefined ? undefined : elementId(name, pointedAt)}
        onKeyDown={(event) => onListKey(event, props, scroller.current)}
        className="min-h-0 flex-1 overflow-y-auto outline-none [scrollbar-gutter:stable] focus-visible:ring-2 focus-visible:ring-focus"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ key, index, start, size }) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the list points at it by aria-activedescendant
            <div
              key={key}
              id={elementId(name, ids[index] ?? "")}
              role="option"
              aria-selected={index === cursor}
              onClick={() => onOpen(ids[index] ?? "")}
              style={{ height: size, transform: `translateY(${start}px)` }}
              className={cn(
                columns,
                "absolute inset-x-0 top-0 grid cursor-pointer items-center gap-x-3 border-b border-line pr-4 pl-3",
                index === cursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised",
              )}
            >
              {children(index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

const elementId = (name: string, id: string): string =>
  `${name.toLowerCase()}-${id.replaceAll(/[^\w-]/g, "_")}`;

function onListKey(
  event: KeyboardEvent,
  { cursor, ids, onMove, onOpen }: OptionListProps,
  scroller: HTMLElement | null,
): void {
  const to = movedTo(event.key, { at: cursor, count: ids.length, scroller, rowHeight });
  const pointedAt = ids[cursor];
  if (to !== undefined) onMove(to);
  else if (event.key === "Enter" && pointedAt !== undefined) onOpen(pointedAt);
  else return;
  event.preventDefault();
}
