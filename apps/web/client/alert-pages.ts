import type { InfiniteData } from "@tanstack/react-query";
import type { Alert } from "@tapline/core/alerts";
import { type AlertFilter, type AlertPage, compareAlerts, isMatch } from "../contracts/alerts.ts";

/** What the cache holds of one list. */
export type AlertPages = InfiniteData<AlertPage, string | null>;

/** How many alerts a page holds. */
export const alertsPerPage = 200;

/**
 * A list with alerts put in their places, or taken out, where they are newer than what is known. What would stand behind the last
 * one that is known is left to the server, which has the rest of the list. The same object where nothing changes.
 */
export function patchPages(pages: AlertPages, filter: AlertFilter, arrived: readonly Alert[]): AlertPages {
  return place(pages, filter, arrived, (alert, last) => alert.rev > last.rev);
}

/**
 * The same for what an act will probably make of alerts, and for taking that back. Both bear the revision that was acted on: so
 * whatever else the server says of them wins.
 */
export function guessInPages(pages: AlertPages, filter: AlertFilter, guesses: readonly Alert[]): AlertPages {
  return place(pages, filter, guesses, (alert, last) => alert.rev === last.rev);
}

function place(
  pages: AlertPages,
  filter: AlertFilter,
  arrived: readonly Alert[],
  wins: (alert: Alert, last: Alert) => boolean,
): AlertPages {
  const known = pages.pages.flatMap(({ alerts }) => alerts);
  const knownById = new Map(known.map((alert) => [alert.id, alert]));
  const news = new Map<string, Alert>();
  for (const alert of arrived) {
    const last = news.get(alert.id) ?? knownById.get(alert.id);
    if (last === undefined ? isMatch(alert, filter) : wins(alert, last)) news.set(alert.id, alert);
  }
  if (news.size === 0) return pages;
  const next = pages.pages.at(-1)?.next ?? null;
  const end = next === null ? undefined : known.at(-1);
  const wanted = [...news.values()].filter(
    (alert) => isMatch(alert, filter) && (end === undefined || compareAlerts(alert, end) <= 0),
  );
  const stayed = known.filter(({ id }) => !news.has(id));
  return cut(pages, [...stayed, ...wanted].sort(compareAlerts), next);
}

/** Into as many pages as there were, so that asking again asks for as much as is shown. */
function cut(pages: AlertPages, alerts: Alert[], next: string | null): AlertPages {
  const last = pages.pages.length - 1;
  return {
    ...pages,
    pages: pages.pages.map((_, index) => ({
      alerts: alerts.slice(
        index * alertsPerPage,
        index === last ? alerts.length : (index + 1) * alertsPerPage,
      ),
      next,
    })),
  };
}
