"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useRef } from "react";
import { formatCount, unknown } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/agents/agent-list.ts";
import { drawnWith, movedTo } from "../../ui/list-moves.ts";
import { AgentRow, type AgentRowProps, ColumnNames } from "./agent-row.tsx";
import type { Standing } from "./agent-standing.ts";
import {
  calls,
  calmWords,
  daysLeft,
  formatAgo,
  formatSkew,
  troubleWords,
  wantedWords,
} from "./agent-words.ts";

const rowHeight = 46;

export interface AgentListProps {
  standings: readonly Standing[];
  /** Place of the agent that the list points at; -1: none. */
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (agentId: string) => void;
}

const elementId = (agentId: string): string => `agent-${agentId}`;

/** The agents, as many as fit the window. */
export function AgentList(props: AgentListProps) {
  const { standings, cursor, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const zone = useTimeZone();
  const keyOf = useCallback((index: number) => standings[index]?.agent.id ?? index, [standings]);
  const virtualizer = useVirtualizer({
    count: standings.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
    rangeExtractor: drawnWith(cursor),
  });
  const pointedAt = standings[cursor]?.agent.id;
  const moves = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (pointedAt === undefined || moves.current === pointedAt) return;
    moves.current = pointedAt;
    virtualizer.scrollToIndex(cursor, { align: "auto" });
  });
  const nowEpochMs = serverNow();
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <ColumnNames />
      <div
        ref={scroller}
        role="listbox"
        tabIndex={0}
        aria-label={strings.agents}
        aria-activedescendant={pointedAt === undefined ? undefined : elementId(pointedAt)}
        onKeyDown={(event) => onListKey(event, props, scroller.current)}
        className="min-h-0 flex-1 overflow-y-auto outline-none [scrollbar-gutter:stable] focus-visible:ring-2 focus-visible:ring-focus"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start, size }) => {
            const standing = standings[index];
            if (standing === undefined) return null;
            return (
              <div
                key={key}
                role="presentation"
                className="absolute inset-x-0 top-0"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <AgentRow
                  {...lineOf(standing, nowEpochMs)}
                  words={wordsOf(standing, nowEpochMs, zone)}
                  isAtCursor={index === cursor}
                  onOpen={onOpen}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function wordsOf(standing: Standing, nowEpochMs: number, zone: ReturnType<typeof useTimeZone>): string {
  const [worst] = standing.troubles;
  return worst === undefined
    ? calmWords(standing, nowEpochMs, zone)
    : troubleWords(worst, standing, nowEpochMs);
}

function lineOf(
  standing: Standing,
  nowEpochMs: number,
): Omit<AgentRowProps, "words" | "isAtCursor" | "onOpen"> {
  const { agent, state, troubles, readers, certificateEndsAtEpochMs } = standing;
  const report = agent.last?.report;
  const count = readers.working + readers.silent;
  return {
    ...{ id: elementId(agent.id), agentId: agent.id, isRevoked: state === "revoked" },
    place: agent.hostname === null ? agent.site : `${agent.site} · ${agent.hostname}`,
    more: Math.max(0, troubles.length - 1),
    isCalling: troubles.some(calls),
    version: report?.version ?? unknown,
    target: wantedWords(agent),
    readers: report === undefined ? unknown : strings.workingOfCount({ working: readers.working, count }),
    lastTap: formatAgo(agent.lastArchivedAtEpochMs, nowEpochMs),
    waiting: formatCount(report?.outbox.taps ?? null),
    certificate: daysLeft(certificateEndsAtEpochMs, nowEpochMs),
    clock: formatSkew(report?.clockSkewMs ?? null),
  };
}

function onListKey(
  event: KeyboardEvent,
  { cursor, standings, onMove, onOpen }: AgentListProps,
  scroller: HTMLElement | null,
): void {
  const to = movedTo(event.key, { at: cursor, count: standings.length, scroller, rowHeight });
  const pointedAt = standings[cursor]?.agent.id;
  if (to !== undefined) onMove(to);
  else if (event.key === "Enter" && pointedAt !== undefined) onOpen(pointedAt);
  else return;
  event.preventDefault();
}
