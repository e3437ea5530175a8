import type { Alert } from "@tapline/core/alerts";
import { isJustRaised } from "../contracts/painted.ts";
import * as strings from "../strings/generated/client/alert-news.ts";

/** What is said aloud of alerts that have just been raised. */
export interface AlertNews {
  /** To be said at once. */
  critical: string;
  /** To be said when there is a pause. */
  warning: string;
}

let news: AlertNews = { critical: "", warning: "" };
const listeners = new Set<() => void>();

export const getNews = (): AlertNews => news;
export const noNews: AlertNews = news;

export function onNews(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells of what was raised among `changed`; of the rest nothing need be said. */
export function tellNews(changed: readonly Alert[]): void {
  const next = { critical: wordsFor(changed, "critical"), warning: wordsFor(changed, "warning") };
  if (next.critical === "" && next.warning === "") return;
  news = { critical: next.critical || news.critical, warning: next.warning || news.warning };
  for (const listener of listeners) listener();
}

/** One is named; of many it is said how many, and the first. */
export function wordsFor(changed: readonly Alert[], severity: "critical" | "warning"): string {
  const raised = changed.filter((alert) => alert.severity === severity && isJustRaised(alert));
  const named = raised.find(({ firstOut }) => firstOut) ?? raised[0];
  if (named === undefined) return "";
  const what = severity === "critical" ? strings.criticalAlert : "warning";
  if (raised.length === 1) return strings.newWhatMessage({ what, message: named.message });
  return strings.raisedNewWhatSThe({ raised: raised.length, what, message: named.message });
}
