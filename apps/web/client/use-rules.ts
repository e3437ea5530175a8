"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AlertRule } from "@tapline/core/alerts";
import type { RulesBoard, RulesPlan } from "../contracts/alert-rules.ts";
import { api, apiClient, queryClient } from "./api.ts";
import { useAsking } from "./asking.ts";

/** Rules change seldom, and by people: they are looked at so often, ms. */
const lookMs = 10_000;

/** The rules in force; `undefined` until the first answer. */
export function useRulesBoard(): { board: RulesBoard | undefined; isFailed: boolean } {
  const query = useQuery({ ...api.alertRules.board.queryOptions(), ...useAsking(lookMs) });
  return { board: query.data, isFailed: query.isError };
}

/** What a changed rule would change in the release that is in force; `undefined` until it is known, or where nothing is asked. */
export function useRulesPlan(rule: AlertRule | null, id: string, version: number): RulesPlan | undefined {
  const asking = useAsking(lookMs);
  const query = useQuery({
    // Another release in force makes another plan of the same rule.
    queryKey: [...api.alertRules.pathKey(), "plan", id, version, rule],
    queryFn: ({ signal }) => apiClient.alertRules.plan.query({ id, rule: { ...rule } }, { signal }),
    ...{ enabled: asking.enabled && rule !== null, placeholderData: keepPreviousData },
  });
  return rule === null ? undefined : query.data;
}

export function askRulesAnew(): void {
  void queryClient.invalidateQueries({ queryKey: api.alertRules.pathKey() });
}
