"use client";

import { useQuery } from "@tanstack/react-query";
import type { YouView } from "../contracts/people.ts";
import { api, queryClient } from "./api.ts";
import { useAsking } from "./asking.ts";

/** No socket tells of sessions: they are looked at so often, ms. */
const lookMs = 15_000;

/** Whoever is signed in, and where; `undefined` until the first answer. */
export function useYou(): { you: YouView | undefined; isFailed: boolean } {
  const query = useQuery({ ...api.you.show.queryOptions(), ...useAsking(lookMs) });
  return { you: query.data, isFailed: query.isError };
}

/** Looks again at once, after something was done. */
export function askYouAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.you.pathKey() });
}
