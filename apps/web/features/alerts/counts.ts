import type { Severity } from "@tapline/core/alerts";
import { type AlertCounts, type AlertFilter, type AlertView, sumOfOpen } from "../../contracts/alerts.ts";
import * as strings from "../../strings/generated/alerts/counts.ts";

/** How many open alerts of a severity there are. */
export function openOf({ open }: AlertCounts, severity: Severity): number {
  return sumOfOpen(open[severity]);
}

/** What views are called. */
export const viewNames: Record<AlertView, string> = {
  open: strings.open,
  shelved: strings.shelved,
  suppressed: strings.suppressed,
  "out-of-service": strings.outOfService,
  history: strings.history,
};

/** How many alerts a view holds; of the history, which is not counted, none. */
export function totalOf(counts: AlertCounts, view: AlertView): number {
  if (view === "history") return 0;
  if (view === "shelved") return counts.shelved;
  if (view === "suppressed") return counts.suppressed;
  if (view === "out-of-service") return counts.outOfService;
  return openOf(counts, "critical") + openOf(counts, "warning") + openOf(counts, "info");
}

/** How many alerts a filter lets through, where the counts tell. */
export function totalFor(counts: AlertCounts | undefined, filter: AlertFilter): number | undefined {
  const { view, text, group, assignee } = filter;
  if (counts === undefined || view === "history") return undefined;
  if ([text, group, assignee].some((part) => part !== undefined)) return undefined;
  if (filter.severity === undefined) return totalOf(counts, filter.view);
  return filter.view === "open" ? openOf(counts, filter.severity) : undefined;
}
