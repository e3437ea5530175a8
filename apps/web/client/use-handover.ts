"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { HandoverNow, HandoverPage } from "../contracts/handover.ts";
import { api, queryClient } from "./api.ts";
import { useAsking } from "./asking.ts";

/** It is made of much that no one socket message tells of: it is looked at so often, ms. */
const lookMs = 5_000;

/** How the shift stands now; `undefined` until the first answer. `heardEpochMs`: when that was, by this browser's clock. */
export function useHandoverNow(): { now: HandoverNow | undefined; isFailed: boolean; heardEpochMs: number } {
  const query = useQuery({ ...api.handover.now.queryOptions(), ...useAsking(lookMs) });
  return { now: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

/** Handovers of before, as far as they are loaded. */
export function useHandovers(): {
  pages: readonly HandoverPage[];
  isAnswered: boolean;
  isFailed: boolean;
  hasMore: boolean;
  loadMore: () => void;
} {
  const query = useInfiniteQuery({
    ...api.handover.list.infiniteQueryOptions(
      {},
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...useAsking(lookMs),
  });
  return {
    ...{ pages: query.data?.pages ?? [], isAnswered: query.isFetched, isFailed: query.isError },
    ...{ hasMore: query.hasNextPage, loadMore: () => void query.fetchNextPage({ cancelRefetch: false }) },
  };
}

export function askHandoverAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.handover.pathKey() });
}
