import type { Alert, AlertAct } from "@tapline/core/alerts";
import { api, apiClient, detailOf, queryClient } from "../../client/api.ts";

/** What became of an act on one alert. */
export interface ActResult {
  id: string;
  /** As it is now; `null` where that is not known. */
  alert: Alert | null;
  /** Why it was not done; `null` = done. */
  refusal: ActRefused | null;
}

/** Why, and who was faster with what: the last act of a person. */
export interface ActRefused {
  name: string;
  lastAct: string | null;
  byName: string | null;
  atEpochMs: number | null;
}

/** So many at once; the rest waits, so that the server has room for others. */
const actsAtOnce = 50;

/** Does to each alert, as it was seen, what is asked. @throws where it is not known what became of one: the server is silent or refuses all */
export async function sendAct(alerts: readonly Alert[], act: AlertAct): Promise<ActResult[]> {
  const results: ActResult[] = [];
  for (let at = 0; at < alerts.length; at += actsAtOnce)
    results.push(...(await Promise.all(alerts.slice(at, at + actsAtOnce).map((alert) => one(alert, act)))));
  return results;
}

async function one(alert: Alert, act: AlertAct): Promise<ActResult> {
  try {
    return { id: alert.id, alert: await send(alert, act), refusal: null };
  } catch (error) {
    if (detailOf(error)?.code !== "conflict") throw error;
    return refused(alert.id, detailOf(error)?.facts ?? {});
  }
}

/** Looks at the alert as it is now: there the one who was faster has a name. */
async function refused(id: string, facts: Readonly<Record<string, unknown>>): Promise<ActResult> {
  const told = { name: textOf(facts.refusal) ?? "", lastAct: textOf(facts.lastAct) };
  const at = typeof facts.atEpochMs === "number" ? facts.atEpochMs : null;
  try {
    const detail = await queryClient.fetchQuery({
      ...api.alertBoard.detail.queryOptions({ id }),
      staleTime: 0,
    });
    const byName = detail.names[textOf(facts.by) ?? ""] ?? null;
    return { id, alert: detail.alert, refusal: { ...told, byName, atEpochMs: at } };
  } catch {
    return { id, alert: null, refusal: { ...told, byName: null, atEpochMs: at } };
  }
}

const textOf = (fact: unknown): string | null => (typeof fact === "string" ? fact : null);

function send({ id, rev }: Alert, act: AlertAct): Promise<Alert> {
  const { alerts } = apiClient;
  switch (act.kind) {
    case "acknowledge":
      return alerts.acknowledge.mutate({ id, rev, note: act.note });
    case "shelve":
      return alerts.shelve.mutate({
        id,
        rev,
        mode: act.mode,
        untilEpochMs: act.untilEpochMs,
        reason: act.note,
      });
    case "unshelve":
      return alerts.unshelve.mutate({ id, rev, reason: act.note });
    case "take-out-of-service":
      return alerts.takeOutOfService.mutate({ id, rev, reason: act.note });
    case "return-to-service":
      return alerts.returnToService.mutate({ id, rev, reason: act.note });
    case "assign":
      return alerts.assign.mutate({ id, rev, to: act.to, note: act.note });
    case "note":
      return alerts.note.mutate({ id, rev, note: act.note });
  }
}
