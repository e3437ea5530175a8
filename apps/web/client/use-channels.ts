"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type {
  ChannelsView,
  DeliveryFilter,
  DeliveryView,
  MaintenanceView,
} from "../contracts/alert-channels.ts";
import { api, queryClient } from "./api.ts";
import { useAsking } from "./asking.ts";

/** No socket tells of deliveries: they are looked at so often, ms. */
const lookMs = 5_000;
const perPage = 50;

/** The channels in force; `undefined` until the first answer. */
export function useChannels(): { channels: ChannelsView | undefined; isFailed: boolean } {
  const query = useQuery({ ...api.alertChannels.list.queryOptions(), ...useAsking(lookMs) });
  return { channels: query.data, isFailed: query.isError };
}

export interface DeliveryLog {
  deliveries: readonly DeliveryView[];
  /** False until the first answer, good or bad. */
  isAnswered: boolean;
  isFailed: boolean;
  hasMore: boolean;
  loadMore: () => void;
}

/** The delivery log, as far as it is loaded. */
export function useDeliveries(filter: DeliveryFilter): DeliveryLog {
  const query = useInfiniteQuery({
    ...api.alertChannels.deliveries.infiniteQueryOptions(
      { ...filter, limit: perPage },
      { getNextPageParam: ({ next }) => next, initialCursor: null },
    ),
    ...useAsking(lookMs),
  });
  const { data, isFetchingNextPage, fetchNextPage } = query;
  // Pages asked for one after the other overlap where something came between.
  const deliveries = useMemo(() => {
    const all = data?.pages.flatMap((page) => page.deliveries) ?? [];
    return [...new Map(all.map((delivery) => [delivery.id, delivery])).values()];
  }, [data]);
  return {
    ...{ deliveries, isAnswered: query.isFetched, isFailed: query.isError, hasMore: query.hasNextPage },
    loadMore: () => {
      if (!isFetchingNextPage) void fetchNextPage({ cancelRefetch: false });
    },
  };
}

/** Maintenance that is on, or all there was; `undefined` until the first answer. */
export function useMaintenance(which: "on" | "all"): {
  windows: readonly MaintenanceView[] | undefined;
  isFailed: boolean;
} {
  const query = useQuery({
    ...api.alertMaintenance.list.queryOptions({ which }),
    ...useAsking(lookMs),
    placeholderData: (before) => before,
  });
  return { windows: query.data, isFailed: query.isError };
}

/** Looks again at once, after something was done. */
export async function lookAgain(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: api.alertChannels.pathKey() }),
    queryClient.invalidateQueries({ queryKey: api.alertMaintenance.pathKey() }),
  ]);
}
