"use client";

import { type KeyboardEvent, useEffect, useRef } from "react";
import { formatCount, formatDayTime, unknown } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { ListedTaps } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/tap-list.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { numbersOf, standingNames } from "./tap-words.ts";

export interface TapListProps {
  rows: readonly { name: string; taps: ListedTaps }[];
  /** Place of the line that the list points at; -1: none. */
  cursor: number;
  hasMore: boolean;
  onMove: (index: number) => void;
  onOpen: (name: string) => void;
  onMore: () => void;
}

const columns =
  "grid items-center gap-x-3 pr-4 pl-3 grid-cols-[1.25rem_minmax(0,1fr)_6rem] @2xl:grid-cols-[1.25rem_minmax(0,13rem)_minmax(0,1fr)_7rem_9rem]";
const middle = "@max-2xl:hidden";

/** Taps, the newest first. */
export function TapList(props: TapListProps) {
  const { rows, cursor, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const pointedAt = rows[cursor]?.name;
  useEffect(() => {
    if (pointedAt === undefined) return;
    document.getElementById(`tap-${pointedAt}`)?.scrollIntoView({ block: "nearest" });
  }, [pointedAt]);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <div aria-hidden className={cn(columns, "border-b border-line py-1.5 text-xs text-ink-faint")}>
        <span />
        <span>{strings.whose}</span>
        <span className={middle}>{strings.numbers}</span>
        <span>{strings.howItEnded}</span>
        <span className={cn(middle, "text-right")}>{strings.when}</span>
      </div>
      <div
        ref={scroller}
        role="listbox"
        tabIndex={0}
        aria-label={strings.taps}
        aria-activedescendant={pointedAt === undefined ? undefined : `tap-${pointedAt}`}
        onKeyDown={(event) => onListKey(event, props)}
        className="min-h-0 flex-1 overflow-y-auto outline-none focus-visible:ring-2 focus-visible:ring-focus focus-visible:ring-inset"
      >
        {rows.map(({ name, taps }, index) => (
          <Row key={name} {...{ name, taps, onOpen }} isAtCursor={index === cursor} />
        ))}
      </div>
      {props.hasMore ? (
        <div className="border-t border-line p-2 text-center">
          <Button onClick={props.onMore}>{strings.showOlderOnes}</Button>
        </div>
      ) : null}
    </div>
  );
}

function Row({
  name,
  taps,
  isAtCursor,
  onOpen,
}: {
  name: string;
  taps: ListedTaps;
  isAtCursor: boolean;
  onOpen: (name: string) => void;
}) {
  const zone = useTimeZone();
  const when = taps.atEpochMs === null ? unknown : formatDayTime(taps.atEpochMs, zone, serverNow(), true);
  const numbers = (
    <>
      {rich(strings.epochEpochFirstSeqNumbers, {
        epoch: <span className="figure">{taps.epoch}</span>,
        firstSeq: taps.firstSeq === taps.lastSeq ? strings.number : strings.numbers2,
        numbers: <span className="figure">{numbersOf(taps)}</span>,
      })}
      {taps.taps === 1 ? "" : strings.tapsTaps({ taps: formatCount(taps.taps) })}
    </>
  );
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list points at it by aria-activedescendant
    <div
      id={`tap-${name}`}
      role="option"
      aria-selected={isAtCursor}
      onClick={() => onOpen(name)}
      className={cn(
        columns,
        "min-h-11 cursor-pointer border-b border-line py-1.5 text-sm",
        isAtCursor ? "bg-raised ring-2 ring-focus ring-inset" : "hover:bg-raised",
      )}
    >
      <span aria-hidden className="text-ink-faint">
        {shapes[taps.is]}
      </span>
      <div className="min-w-0">
        <p className="truncate text-ink">{taps.who}</p>
        <p className="truncate text-xs text-ink-faint @2xl:hidden">{numbers}</p>
      </div>
      <p className={cn("truncate text-ink-soft", middle)}>{numbers}</p>
      <p className="text-ink-soft">
        {standingNames[taps.is]}
        <span className="figure block text-xs text-ink-faint @2xl:hidden">{when}</span>
      </p>
      <p className={cn("figure text-right text-ink-soft", middle)}>{when}</p>
    </div>
  );
}

const shapes: Readonly<Record<ListedTaps["is"], string>> = {
  ...{ archived: "✓", duplicate: "=", rejected: "×", open: "·" },
};

function onListKey(event: KeyboardEvent, { cursor, rows, onMove, onOpen }: TapListProps): void {
  const moves: Record<string, number> = {
    ...{ ArrowDown: cursor + 1, ArrowUp: cursor - 1, PageDown: cursor + 10, PageUp: cursor - 10 },
    ...{ Home: 0, End: rows.length - 1 },
  };
  const to = moves[event.key];
  const pointedAt = rows[cursor]?.name;
  if (to !== undefined) onMove(to);
  else if (event.key === "Enter" && pointedAt !== undefined) onOpen(pointedAt);
  else return;
  event.preventDefault();
}
