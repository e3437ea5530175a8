import { parseScopeKey } from "../kpi/index.ts";
import type { Alert } from "./alert.ts";
import type { AlertNews } from "./live.ts";
import type { AlertRule } from "./rule.ts";

/**
 * An alert for those who see its site and not the whole: without what it says of other places. A group is of all places, and is called
 * by one of them; a cause elsewhere is told by its rule alone.
 */
export function alertOfSite(alert: Alert): Alert {
  const { suppressedBy, scope } = alert;
  const isCauseHere = suppressedBy !== null && parseScopeKey(suppressedBy.scopeKey)?.site === scope.site;
  return {
    ...alert,
    ...{ group: null, firstOut: false },
    suppressedBy: suppressedBy === null || isCauseHere ? suppressedBy : { ...suppressedBy, scopeKey: "" },
  };
}

/** A rule for those who do not see the whole: without the places that it is for, and whom it calls. */
export function ruleOfSites({ only: _, ...rule }: AlertRule): AlertRule {
  return { ...rule, routing: [] };
}

/** News for those who see one site each and not the whole, by site: what is of no site is told to none of them. */
export function newsBySite(news: AlertNews): Map<string, AlertNews> {
  if (news.is !== "alerts") return new Map();
  const bySite = Map.groupBy(news.alerts, ({ scope }) => scope.site);
  return new Map(
    [...bySite].flatMap(([site, alerts]) =>
      site === undefined ? [] : [[site, { ...news, alerts: alerts.map(alertOfSite) }] as const],
    ),
  );
}
