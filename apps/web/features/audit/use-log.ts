"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { apiClient } from "../../client/api.ts";
import { type AuditFollowing, followAudit } from "../../client/follow-audit.ts";
import { getPause, onPause, unlessPaused } from "../../client/pause.ts";
import type { AuditFrom, AuditPage } from "../../contracts/audit.ts";
import type { AuditBatch } from "../../contracts/events.ts";
import {
  asSeen,
  type LogWindow,
  openedAt,
  openedAtEnd,
  withArrived,
  withNewer,
  withNewest,
  withOlder,
} from "./log-window.ts";
import { retryInMs } from "./retry.ts";
import type { AuditFilter } from "./view.ts";

/** Before every entry that there can be. */
const begin = { id: "00000000-0000-0000-0000-000000000000", recordedAtEpochMs: 0 };

export interface Log {
  /** `null` until the first answer. */
  window: LogWindow | null;
  /** Why nothing could be read when last asked. */
  error: unknown;
  /** Loads what stands next to what is held, where it is not on its way already. */
  more: (direction: "older" | "newer") => void;
  /** The newest are looked at. */
  seen: () => void;
  /** Drops all and begins there. Settles once it is there. @throws what the server answers */
  goTo: (target: Exclude<AuditFrom, { is: "older" | "newer" }> | { is: "oldest" }) => Promise<void>;
}

/**
 * The entries that fit, as far as they are held, and what comes.
 * @param isAtTop whether the newest are looked at
 */
export function useLog(filter: AuditFilter, isAtTop: () => boolean): Log {
  const key = JSON.stringify(filter);
  const [held, setHeld] = useState<{ key: string; window: LogWindow } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const shown = useRef(held);
  // Answers of before a jump, or of another filter, are dropped.
  const life = useRef(0);
  const loading = useRef(new Set<string>());
  /** How often in a row nothing could be read. */
  const refused = useRef(0);
  const show = useCallback(
    (window: LogWindow) => {
      shown.current = { key, window };
      setHeld(shown.current);
    },
    [key],
  );
  const page = useCallback(
    (from: AuditFrom): Promise<AuditPage> =>
      apiClient.auditBoard.page.query({ filter: JSON.parse(key) as AuditFilter, from }),
    [key],
  );

  const goTo = useCallback<Log["goTo"]>(
    async (target) => {
      const own = ++life.current;
      loading.current.clear();
      const found = await page(target.is === "oldest" ? { is: "newer", than: begin } : target);
      if (own !== life.current) return;
      setError(null);
      show(target.is === "oldest" ? openedAtEnd(found) : openedAt(found, target.is === "newest"));
    },
    [page, show],
  );
  const more = useCallback<Log["more"]>(
    (direction) => {
      const window = shown.current?.key === key ? shown.current.window : null;
      const end = direction === "older" ? window?.rows.at(-1) : window?.rows[0];
      const row = window?.searched[direction] ?? end;
      if (row === undefined || loading.current.has(direction)) return;
      loading.current.add(direction);
      const own = life.current;
      const { id, recordedAtEpochMs } = row;
      page({ is: direction, than: { id, recordedAtEpochMs } })
        .then((found) => {
          const now = shown.current?.window;
          if (own !== life.current || now === undefined) return;
          refused.current = 0;
          setError(null);
          loading.current.delete(direction);
          show(direction === "older" ? withOlder(now, found) : withNewer(now, found));
        })
        .catch((refusal: unknown) => {
          if (own !== life.current) return;
          setError(refusal);
          const waitMs = retryInMs(refusal, ++refused.current);
          if (waitMs === null) return;
          setTimeout(() => {
            if (own !== life.current) return;
            loading.current.delete(direction);
            // Drawn anew, so that a search that found nothing yet goes on, though nobody scrolls.
            if (shown.current?.key === key) show({ ...shown.current.window });
          }, waitMs);
        });
    },
    [key, page, show],
  );
  useTail({ filter: key, goTo, page, shown, show, setError, isAtTop });
  const seen = useCallback(() => {
    if (shown.current?.key === key) show(asSeen(shown.current.window));
  }, [key, show]);
  return { window: held?.key === key ? held.window : null, error, more, goTo, seen };
}

/** Keeps up with the log: begins with its newest entries, and takes in what comes. */
function useTail(parts: {
  filter: string;
  goTo: Log["goTo"];
  page: (from: AuditFrom) => Promise<AuditPage>;
  shown: { readonly current: { key: string; window: LogWindow } | null };
  show: (window: LogWindow) => void;
  setError: (error: unknown) => void;
  isAtTop: () => boolean;
}): void {
  const { filter, goTo, page, shown, show, setError, isAtTop } = parts;
  const atTop = useRef(isAtTop);
  atTop.current = isAtTop;
  useEffect(() => {
    let isEnded = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let catchUp: ReturnType<typeof setTimeout> | undefined;
    const { sinceEpochMs: _, untilEpochMs, ...watch } = JSON.parse(filter) as AuditFilter;
    setError(null);
    const open = async (refused = 1): Promise<void> => {
      await goTo({ is: "newest" }).catch((refusal: unknown) => {
        if (isEnded) return;
        setError(refusal);
        const waitMs = retryInMs(refusal, refused);
        if (waitMs !== null) retry = setTimeout(() => void open(refused + 1), waitMs);
      });
    };
    void open();
    const holding = () => (isEnded || shown.current?.key !== filter ? undefined : shown.current.window);
    // Once it is told of what comes, what came since the first answer is asked for.
    const begun = async (refused = 1): Promise<void> => {
      try {
        const newest = await page({ is: "newest" });
        const window = holding();
        if (window !== undefined) show(withNewest(window, newest, atTop.current()));
      } catch (refusal) {
        const waitMs = retryInMs(refusal, refused);
        if (isEnded || waitMs === null) return;
        clearTimeout(catchUp);
        catchUp = setTimeout(() => void begun(refused + 1), waitMs);
      }
    };
    const told = ({ entries, unreadable }: AuditBatch) => {
      const window = holding();
      if (window === undefined) return;
      const rows = entries.map((row) => ({ ...row, id: row.entry.id }));
      const next = withArrived(window, rows, atTop.current());
      show(
        unreadable.length === 0 ? next : { ...next, fresh: next.fresh + unreadable.length, hasNewer: true },
      );
    };
    // Nothing that comes is from before a time that is over.
    const end = untilEpochMs === undefined ? followUnlessPaused({ watch, begun, told }) : () => {};
    return () => {
      isEnded = true;
      clearTimeout(retry);
      clearTimeout(catchUp);
      end();
    };
  }, [filter, goTo, page, shown, show, setError]);
}

/** Follows the log, and while the page stands still only counts what comes: once it goes on, the newest entries are asked for. */
function followUnlessPaused({
  watch,
  begun,
  told,
}: Omit<AuditFollowing, "begun"> & { begun: () => Promise<void> }): () => void {
  const ends = [
    followAudit({
      watch,
      begun: () => unlessPaused(0, () => void begun()),
      told: (batch) => unlessPaused(batch.entries.length + batch.unreadable.length, () => told(batch)),
    }),
    onPause(() => {
      if (getPause().sinceEpochMs === null) void begun();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
