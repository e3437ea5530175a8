"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Alert } from "@tapline/core/alerts";
import { useMemo } from "react";
import type { AlarmHealth, HealthSpanMs } from "../contracts/alert-health.ts";
import type { AlertCounts, AlertDetail, AlertFilter } from "../contracts/alerts.ts";
import { withRecent } from "./alert-cache.ts";
import { type AlertPages, alertsPerPage } from "./alert-pages.ts";
import { api } from "./api.ts";
import { recheckMs, useAsking } from "./asking.ts";
import { goesOn } from "./pause.ts";

/** How many alerts there are; `undefined` until the first answer. */
export function useAlertCounts(): { counts: AlertCounts | undefined; isFailed: boolean } {
  const asking = useAsking(recheckMs);
  const query = useQuery({ ...api.alertBoard.counts.queryOptions(), ...asking, meta: goesOn });
  return { counts: query.data, isFailed: query.isError };
}

export interface AlertList {
  alerts: readonly Alert[];
  /** False until the first answer, good or bad. */
  isAnswered: boolean;
  error: unknown;
  /** More are there than are loaded. */
  hasMore: boolean;
  loadMore: () => void;
}

/** The alerts of one view, as far as they are loaded. */
export function useAlertList(filter: AlertFilter): AlertList {
  const asking = useAsking(recheckMs);
  const query = useInfiniteQuery({
    ...api.alertBoard.list.infiniteQueryOptions(
      { ...filter, limit: alertsPerPage },
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...asking,
    structuralSharing: (_, arrived) => withRecent(arrived as AlertPages, filter),
  });
  const { data, isFetchingNextPage, fetchNextPage } = query;
  const alerts = useMemo(() => data?.pages.flatMap((page) => page.alerts) ?? [], [data]);
  return {
    ...{ alerts, isAnswered: query.isFetched, error: query.error, hasMore: query.hasNextPage },
    loadMore: () => {
      if (!isFetchingNextPage) void fetchNextPage({ cancelRefetch: false });
    },
  };
}

/** One alert with its rule and what has happened to it; `undefined` until it is known. */
export function useAlertDetail(id: string | null): {
  detail: AlertDetail | undefined;
  isFailed: boolean;
} {
  const asking = useAsking(recheckMs);
  const query = useQuery({
    ...api.alertBoard.detail.queryOptions({ id: id ?? "" }),
    ...asking,
    enabled: asking.enabled && id !== null,
  });
  return { detail: query.data, isFailed: query.isError };
}

/** The measures of the alarm system; those of another question stand, as old, until this one's are known. */
export function useAlarmHealth(ask: { spanMs: HealthSpanMs; operators: number }): {
  health: AlarmHealth | undefined;
  isOld: boolean;
  isFailed: boolean;
} {
  const { enabled } = useAsking(recheckMs);
  const query = useQuery({
    ...api.alertBoard.health.queryOptions(ask),
    ...{ enabled, refetchInterval: recheckMs },
    placeholderData: (before) => before,
  });
  return { health: query.data, isOld: query.isPlaceholderData || query.isError, isFailed: query.isError };
}
