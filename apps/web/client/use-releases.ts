"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { ReleasesBoard, ShiftView } from "../contracts/releases.ts";
import { api, queryClient } from "./api.ts";
import { recheckMs, useAskingAnew } from "./asking.ts";
import { followMarked } from "./live-socket.ts";
import { type PagedList, pagingOf } from "./paged-list.ts";
import { unlessPaused } from "./pause.ts";

/** How processes are goes on by the second, and nobody tells of it, ms. */
const healthEveryMs = 5_000;

/** Asks anew for all that is shown of releases, as after something was done about one. */
export function askReleasesAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.releases.pathKey() });
}

const hear = (): void => unlessPaused(1, askReleasesAnew);

/** What runs of each service, and what is on its way; `board` undefined: not known yet. */
export function useReleases(): { board: ReleasesBoard | undefined; isFailed: boolean; heardEpochMs: number } {
  useEffect(() => followMarked("releases", hear), []);
  const query = useQuery({ ...api.releases.board.queryOptions(), ...useAskingAnew(healthEveryMs) });
  return { board: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

/** All shifts, newest first, as far as they are loaded, and the names of people in them. */
export function useShifts(): PagedList<ShiftView> & { names: Readonly<Record<string, string>> } {
  useEffect(() => followMarked("releases", hear), []);
  const query = useInfiniteQuery({
    ...api.releases.shifts.infiniteQueryOptions(
      {},
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...useAskingAnew(recheckMs),
    placeholderData: (before) => before,
  });
  const pages = query.data?.pages;
  const items = useMemo(() => pages?.flatMap(({ shifts }) => shifts) ?? [], [pages]);
  const names = useMemo(() => Object.assign({}, ...(pages ?? []).map((page) => page.names)), [pages]);
  return { items, names, ...pagingOf(query) };
}
