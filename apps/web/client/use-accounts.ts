"use client";

import { useQuery } from "@tanstack/react-query";
import type { PeopleView } from "../contracts/people.ts";
import { api, queryClient } from "./api.ts";
import { useAsking } from "./asking.ts";

/** No socket tells of people: they are looked at so often, ms. */
const lookMs = 15_000;

/** Everybody who has an account or was asked to make one; `undefined` until the first answer. @param mayLook nothing is asked for those who may not */
export function useAccounts(mayLook: boolean): { view: PeopleView | undefined; isFailed: boolean } {
  const asking = useAsking(lookMs);
  const query = useQuery({
    ...api.people.list.queryOptions(),
    ...asking,
    enabled: asking.enabled && mayLook,
  });
  return { view: query.data, isFailed: query.isError };
}

/** Looks again at once, after something was done. */
export function askAccountsAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.people.pathKey() });
}
