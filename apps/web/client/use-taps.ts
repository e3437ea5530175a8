"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ListedTaps, TapList, TapTrace } from "../contracts/taps.ts";
import { api, detailOf } from "./api.ts";
import { useAsking } from "./asking.ts";

/** Nobody is told of single taps: the list is looked at so often, ms. */
const lookMs = 5_000;
/** A tap that is open and on its way, ms. */
const onItsWayMs = 1_000;
/** One that has come to the archive goes on only as the log and its witness do, ms. */
const endedMs = 10_000;

export interface Taps {
  of: TapList["of"] | undefined;
  rows: readonly ListedTaps[];
  /** False until the first answer, good or bad. */
  isAnswered: boolean;
  isFailed: boolean;
  /** When the last answer came, by this browser's clock; 0: none yet. */
  heardEpochMs: number;
  hasMore: boolean;
  loadMore: () => void;
}

/** The newest taps of an agent, a site, a tracker, or of all (""), as far as they are loaded. */
export function useTaps(of: string): Taps {
  const query = useInfiniteQuery({
    ...api.tap.list.infiniteQueryOptions(
      { of },
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...useAsking(lookMs),
  });
  const { data, isFetchingNextPage, fetchNextPage } = query;
  // Pages asked for one after the other overlap where something came between.
  const rows = useMemo(() => {
    const all = data?.pages.flatMap((page) => page.rows) ?? [];
    return [...new Map(all.map((row) => [keyOf(row), row])).values()];
  }, [data]);
  return {
    ...{ of: data?.pages[0]?.of, rows, isAnswered: query.isFetched, isFailed: query.isError },
    ...{ heardEpochMs: query.dataUpdatedAt, hasMore: query.hasNextPage },
    loadMore: () => {
      if (!isFetchingNextPage) void fetchNextPage({ cancelRefetch: false });
    },
  };
}

const keyOf = ({ who, epoch, firstSeq, segment }: ListedTaps): string =>
  [who, epoch, firstSeq, segment].join("/");

export interface Traced {
  /** `undefined` until it is known. */
  trace: TapTrace | undefined;
  /** There is no such tap, or none is known yet. */
  isUnknown: boolean;
  error: unknown;
}

/** One tap, asked for again and again while it is on its way. */
export function useTapTrace(name: string | null): Traced {
  const { enabled } = useAsking(endedMs);
  const query = useQuery({
    ...api.tap.trace.queryOptions({ name: name ?? "" }),
    enabled: enabled && name !== null,
    refetchInterval: ({ state }) => (state.data?.isAt == null && state.error === null ? endedMs : onItsWayMs),
  });
  const isUnknown = detailOf(query.error)?.code === "not-found";
  return { trace: isUnknown ? undefined : query.data, isUnknown, error: query.error };
}
