import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../contracts/api.ts";
import { api, apiClient, queryClient } from "./api.ts";

export type SavedView = inferRouterOutputs<AppRouter>["savedViews"]["list"][number];

/** What whoever is signed in keeps, by name; `undefined` until it is known. */
export function useSavedViews(): { views: readonly SavedView[] | undefined; isFailed: boolean } {
  const { data, isError } = useQuery(api.savedViews.list.queryOptions());
  return { views: data, isFailed: isError };
}

/** Asks anew for what is kept. */
export function askViewsAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.savedViews.pathKey() });
}

export const savedViews = apiClient.savedViews;
