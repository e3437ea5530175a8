"use client";

import { hashKey, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { KpiLive } from "@tapline/core/kpi";
import { useEffect, useMemo } from "react";
import type {
  ArchiveOverview,
  AskedView,
  HoldsView,
  OpenSegmentView,
  RefusedFilter,
  RefusedTap,
  SegmentDetail,
  SegmentShow,
  SegmentView,
} from "../contracts/archive.ts";
import { api, queryClient } from "./api.ts";
import { recheckMs, useAsking, useAskingAnew } from "./asking.ts";
import { type PagedList, pagingOf } from "./paged-list.ts";
import { goesOn } from "./pause.ts";
import { soonAndAfter } from "./soon-and-after.ts";

const perPage = 50;
/** What is under way changes by the moment and nobody tells of it, ms. */
const lookEveryMs = 2_000;
/** Somebody waits for what comes of a task, ms. */
const followEveryMs = 700;
/** News come with each segment: lists are asked for anew so often at most, ms. */
const newsEveryMs = 3_000;

/** Asks anew for all that is shown of the archive, as after something was done about it. */
export function askArchiveAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.archiveBoard.pathKey() });
}

const onNews = soonAndAfter(newsEveryMs, askArchiveAnew);
const pictureHash = hashKey(api.kpi.live.queryKey());

/** What of the live picture says that the archive is another one now. */
function markOf(live: KpiLive | null | undefined): string {
  if (live == null) return "";
  const { totals, awayArchives, restore } = live;
  const away = awayArchives.map(({ archive, why }) => `${archive} ${why}`);
  return [totals.segments, totals.rejected, restore.provenAtEpochMs, ...away].join("|");
}

/** Asks anew where the live picture tells of something new in the archive. */
function useArchiveNews(): void {
  useEffect(() => {
    const cache = queryClient.getQueryCache();
    const read = () => markOf(cache.get<KpiLive | null>(pictureHash)?.state.data);
    let known = read();
    return cache.subscribe(({ query }) => {
      if (query.queryHash !== pictureHash) return;
      const mark = read();
      if (mark === known) return;
      known = mark;
      onNews();
    });
  }, []);
}

/** The archives and how each stands; `undefined` until it is known. */
export function useArchiveOverview(): {
  overview: ArchiveOverview | undefined;
  isFailed: boolean;
  heardEpochMs: number;
} {
  useArchiveNews();
  const query = useQuery({ ...api.archiveBoard.overview.queryOptions(), ...useAskingAnew(recheckMs) });
  return { overview: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

export interface SegmentQuery {
  state: SegmentShow;
  site: string | null;
  target: string | null;
  text: string | null;
}

/** The segments of one view, newest first, as far as they are loaded. */
export function useSegments(filter: SegmentQuery): PagedList<SegmentView> {
  const query = useInfiniteQuery({
    ...api.archiveBoard.segments.infiniteQueryOptions(
      { ...filter, limit: perPage },
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...useAskingAnew(recheckMs),
    placeholderData: (before) => before,
  });
  const items = useMemo(() => query.data?.pages.flatMap(({ segments }) => segments) ?? [], [query.data]);
  return { items, ...pagingOf(query) };
}

/** Refused taps of one view, newest first, as far as they are loaded. */
export function useRefused(filter: RefusedFilter): PagedList<RefusedTap> {
  useArchiveNews();
  const query = useInfiniteQuery({
    ...api.archiveBoard.refused.infiniteQueryOptions(
      { ...filter, limit: perPage },
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...useAskingAnew(recheckMs),
    placeholderData: (before) => before,
  });
  const items = useMemo(() => query.data?.pages.flatMap(({ taps }) => taps) ?? [], [query.data]);
  return { items, ...pagingOf(query) };
}

/** How many refused taps there are by reason; `undefined` until it is known. */
export function useRefusedReasons(
  filter: RefusedFilter,
): { reason: string; open: number; all: number }[] | undefined {
  return useQuery({ ...api.archiveBoard.reasons.queryOptions(filter), ...useAskingAnew(recheckMs) }).data;
}

/** What is known of one segment; `undefined` until it is. */
export function useSegment(id: string | null): {
  detail: SegmentDetail | undefined;
  isFailed: boolean;
  error: unknown;
} {
  const asking = useAskingAnew(recheckMs);
  const query = useQuery({
    ...api.archiveBoard.segment.queryOptions({ id: id ?? "" }),
    ...asking,
    enabled: asking.enabled && id !== null,
  });
  return { detail: query.data, isFailed: query.isError, error: query.error };
}

/** Segments on their way, the oldest first; `undefined` until they are known. */
export function useUnderWay(): {
  open: readonly OpenSegmentView[] | undefined;
  isFailed: boolean;
  heardEpochMs: number;
} {
  const { enabled } = useAsking(recheckMs);
  const query = useQuery({
    ...api.archiveBoard.underWay.queryOptions(),
    ...{ enabled, refetchInterval: lookEveryMs },
  });
  return { open: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

/** Holds and what expired; `undefined` until it is known. */
export function useHolds(): { holds: HoldsView | undefined; isFailed: boolean; heardEpochMs: number } {
  const query = useQuery({ ...api.archiveBoard.holds.queryOptions(), ...useAskingAnew(recheckMs) });
  return { holds: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

/** What was asked of the workers last; `undefined` until it is known. */
export function useAskedTasks(): readonly AskedView[] | undefined {
  const { enabled } = useAsking(recheckMs);
  return useQuery({ ...api.archiveBoard.tasks.queryOptions(), enabled, refetchInterval: lookEveryMs }).data;
}

/** One task, asked after until it has ended. */
export function useAskedTask(id: string | null): AskedView | undefined {
  const { enabled } = useAsking(recheckMs);
  const query = useQuery({
    ...api.archiveBoard.task.queryOptions({ id: id ?? "" }),
    // Also while the page stands still: somebody has asked for it.
    meta: goesOn,
    enabled: enabled && id !== null,
    refetchInterval: ({ state }) => (state.data?.endedAtEpochMs == null ? followEveryMs : false),
  });
  const hasEnded = query.data?.endedAtEpochMs != null;
  useEffect(() => {
    if (hasEnded) askArchiveAnew();
  }, [hasEnded]);
  return query.data;
}
