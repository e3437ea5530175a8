import type { Alert, AlertNews } from "@tapline/core/alerts";
import type { AlertCounts, AlertFilter } from "../contracts/alerts.ts";
import { tellNews } from "./alert-news.ts";
import { type AlertPages, guessInPages, patchPages } from "./alert-pages.ts";
import { api, queryClient } from "./api.ts";
import { afterPaint } from "./coalesce.ts";
import { unlessPaused } from "./pause.ts";
import { RecentAlerts } from "./recent-alerts.ts";
import { soonAndAfter } from "./soon-and-after.ts";
import { unrecordedAlerts } from "./unrecorded-alerts.ts";

const recent = new RecentAlerts();
/** What acts will probably make of alerts, by their ids, until the server has answered. */
const guessed = new Map<string, Alert>();
/** In a flood the server counts for each browser no more often than that, ms. */
const recountMs = 500;

const recount = soonAndAfter(recountMs, () =>
  afterPaint(() => void queryClient.invalidateQueries({ queryKey: api.alertBoard.counts.queryKey() })),
);

/** What came within a frame, as one. */
export function mergeNews(waiting: readonly AlertNews[], arrived: readonly AlertNews[]): AlertNews[] {
  return [...waiting, ...arrived];
}

/** Puts news into what the page holds. */
export function showNews(news: readonly AlertNews[]): void {
  const told = news.filter((one) => one.is === "alerts");
  for (const { alerts, recorded } of told) unrecordedAlerts.note(alerts, recorded, Date.now());
  const changed = told.flatMap(({ alerts }) => alerts);
  if (changed.length === 0) return;
  const fresh = recent.note(changed, Date.now());
  unlessPaused(fresh.length, () => showAlerts(changed));
  // What is told once more when it is recorded is said aloud once, also while the page stands still.
  tellNews(fresh);
  // The server counts what is recorded.
  if (told.some(({ recorded }) => recorded)) recount();
}

/** For when news may have been missed. */
export function askAlertsAnew(): void {
  unrecordedAlerts.forget();
  void queryClient.invalidateQueries({ queryKey: api.alertBoard.pathKey() });
}

/** Puts alerts as the server has answered an act with them into every list, and has their details asked for anew. */
export function putAlerts(changed: readonly Alert[]): void {
  recent.note(changed, Date.now());
  showAlerts(changed);
}

function showAlerts(changed: readonly Alert[]): void {
  patchLists((pages, filter) => patchPages(pages, filter, changed));
  for (const { id } of changed)
    void queryClient.invalidateQueries({ queryKey: api.alertBoard.detail.queryKey({ id }) });
}

/** Shows what acts will probably make of alerts, until `endGuesses`. */
export function putGuesses(guesses: readonly Alert[]): void {
  for (const guess of guesses) guessed.set(guess.id, guess);
  patchLists((pages, filter) => guessInPages(pages, filter, guesses));
}

/** For when acts on `acted` have ended. @param undone of these, those that are to be shown again as they were */
export function endGuesses(acted: readonly Alert[], undone: readonly Alert[]): void {
  for (const { id } of acted) guessed.delete(id);
  patchLists((pages, filter) => guessInPages(pages, filter, undone));
}

/** For answers that were asked for before a push or an act and arrive after it: what was pushed or guessed is put on top. */
export function withRecent(pages: AlertPages, filter: AlertFilter): AlertPages {
  return guessInPages(patchPages(pages, filter, recent.since(Date.now())), filter, [...guessed.values()]);
}

/** Of two counts the later one. */
export function laterCounts(known: AlertCounts, arrived: AlertCounts): AlertCounts {
  return arrived.atEpochMs >= known.atEpochMs ? arrived : known;
}

queryClient.setQueryDefaults(api.alertBoard.counts.queryKey(), {
  structuralSharing: (known, arrived) =>
    known === undefined ? arrived : laterCounts(known as AlertCounts, arrived as AlertCounts),
});

function patchLists(patch: (pages: AlertPages, filter: AlertFilter) => AlertPages): void {
  for (const { queryKey } of queryClient
    .getQueryCache()
    .findAll({ queryKey: api.alertBoard.list.infiniteQueryKey() })) {
    const { input } = queryKey[1] as { input: AlertFilter };
    const pages = queryClient.getQueryData<AlertPages>(queryKey);
    if (pages === undefined) continue;
    const next = patch(pages, input);
    // Whoever shows the list is told also of what is the same.
    if (next !== pages) queryClient.setQueryData(queryKey, next);
  }
}
