"use client";

import { useQuery } from "@tanstack/react-query";
import type { RuleReleases } from "../contracts/rule-releases.ts";
import { api, queryClient } from "./api.ts";
import { useAsking } from "./asking.ts";

/** Rules change seldom, and by people: they are looked at so often, ms. */
const lookMs = 10_000;

/** The releases of all rules; `all` undefined: not known yet. */
export function useRuleReleases(): {
  all: RuleReleases[] | undefined;
  isFailed: boolean;
  heardEpochMs: number;
} {
  const query = useQuery({ ...api.ruleReleases.board.queryOptions(), ...useAsking(lookMs) });
  return { all: query.data, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt };
}

/** Asks anew for releases, and for what shows the rules themselves. */
export function askRuleReleasesAnew(): void {
  for (const key of [
    api.ruleReleases.pathKey(),
    api.alertRules.pathKey(),
    api.alertChannels.pathKey(),
    api.noops.pathKey(),
  ])
    void queryClient.invalidateQueries({ queryKey: key });
}
