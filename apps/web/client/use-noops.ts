"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ForetoldService } from "@tapline/core/balance";
import type { Decision, DecisionState } from "@tapline/core/noops";
import { useEffect, useMemo } from "react";
import type { DecisionDetail, ForecastHistory, NoopsBoard } from "../contracts/noops.ts";
import { api, queryClient } from "./api.ts";
import { recheckMs, useAskingAnew } from "./asking.ts";
import { followMarked } from "./live-socket.ts";
import { type PagedList, pagingOf } from "./paged-list.ts";
import { unlessPaused } from "./pause.ts";

/** What services need goes on by the second, and nobody tells of it, ms. */
const wishesEveryMs = 2_000;

/** Asks anew for all that is shown of NoOps, as after something was done about it. */
export function askNoopsAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.noops.pathKey() });
}

const hear = (): void => unlessPaused(1, askNoopsAnew);

/** How NoOps stands, its rules, and what waits; `board` undefined: not known yet. @param isMoving what services need is shown, too */
export function useNoops(isMoving = false): {
  board: NoopsBoard | undefined;
  isFailed: boolean;
  heardEpochMs: number;
} {
  useEffect(() => followMarked("noops", hear), []);
  const asking = useAskingAnew(isMoving ? wishesEveryMs : recheckMs);
  const query = useQuery({ ...api.noops.board.queryOptions(), ...asking });
  return { board: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

/** What had been foretold of a service and what came; `history` undefined: not known yet. A minute is told once, so it is asked for by the minute. */
export function useForecasts(service: ForetoldService): {
  history: ForecastHistory | undefined;
  isFailed: boolean;
} {
  const query = useQuery({
    ...api.noops.forecasts.queryOptions({ service }),
    ...useAskingAnew(recheckMs),
  });
  return { history: query.data, isFailed: query.isError };
}

export interface DecisionQuery {
  states?: DecisionState[];
  rule?: string;
}

/** The decisions of one view, newest first, as far as they are loaded, and the names of people in them. */
export function useDecisions(
  filter: DecisionQuery,
): PagedList<Decision> & { names: Readonly<Record<string, string>> } {
  const query = useInfiniteQuery({
    ...api.noops.decisions.infiniteQueryOptions(filter, {
      getNextPageParam: ({ next }) => next,
      initialCursor: null,
    }),
    ...useAskingAnew(recheckMs),
    placeholderData: (before) => before,
  });
  const pages = query.data?.pages;
  const items = useMemo(() => pages?.flatMap(({ decisions }) => decisions) ?? [], [pages]);
  const names = useMemo(() => Object.assign({}, ...(pages ?? []).map((page) => page.names)), [pages]);
  return { items, names, ...pagingOf(query) };
}

/** One decision with its rule; `undefined` until it is known. */
export function useDecision(id: string): { detail: DecisionDetail | undefined; isFailed: boolean } {
  const query = useQuery({ ...api.noops.decision.queryOptions({ id }), ...useAskingAnew(recheckMs) });
  return { detail: query.data, isFailed: query.isError };
}
