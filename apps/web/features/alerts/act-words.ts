import type { Alert, AlertAct } from "@tapline/core/alerts";
import { formatAge } from "../../client/format.ts";
import * as strings from "../../strings/generated/alerts/act-words.ts";
import type { Tone } from "../../ui/notice.tsx";
import type { ActRefused, ActResult } from "./send-act.ts";

/** What people are told of an act: that it was refused, or that it went through for others only. */
export interface ActNotice {
  tone: Tone;
  title: string;
  text: string | null;
}

/** What was done, as a sentence ends: "Ada acknowledged it". */
const done: Record<string, string> = {
  acknowledged: strings.acknowledgedIt,
  shelved: strings.shelvedIt,
  unshelved: strings.tookItOffTheShelf,
  "taken-out-of-service": strings.tookItOutOfService,
  "returned-to-service": strings.returnedItToService,
  assigned: strings.assignedIt,
  unassigned: strings.tookItOffItsList,
};

/** What was to be done. */
const wanted: Record<AlertAct["kind"], string> = {
  acknowledge: strings.acknowledged,
  shelve: strings.shelved,
  unshelve: strings.takenOffTheShelf,
  "take-out-of-service": strings.takenOutOfService,
  "return-to-service": strings.returnedToService,
  assign: strings.assigned,
  note: strings.commented,
};

/** What to tell of refused acts; `null` where none was refused. One is told in full, of many the number. */
export function noticeOf(
  act: AlertAct["kind"],
  alerts: readonly Alert[],
  results: readonly ActResult[],
  nowEpochMs: number,
): ActNotice | null {
  const refused = results.flatMap(({ id, refusal }) => (refusal === null ? [] : [{ id, refusal }]));
  const [first] = refused;
  if (first === undefined) return null;
  const message = alerts.find(({ id }) => id === first.id)?.message ?? strings.anAlert;
  const why = whyOf(first.refusal, nowEpochMs);
  if (refused.length === 1)
    return { tone: "warning", title: why, text: strings.messageNotWanted({ message, wanted: wanted[act] }) };
  return {
    tone: "warning",
    title: strings.refusedOfResultsWereNot({
      refused: refused.length,
      results: results.length,
      wanted: wanted[act],
    }),
    text: strings.theFirstMessageWhy({ message, why }),
  };
}

function whyOf({ name, lastAct, byName, atEpochMs }: ActRefused, nowEpochMs: number): string {
  if (name === "raised-since") return strings.itWasRaisedAgainBefore;
  if (name === "assigned-so") return strings.itIsAssignedSoAlready;
  if (name === "closed")
    return strings.itIsClosedByPerson({ byPerson: byPerson(lastAct, byName, atEpochMs, nowEpochMs) });
  if (lastAct === null) return strings.itHasChangedSinceYou;
  return personal(lastAct, byName, atEpochMs, nowEpochMs);
}

function byPerson(lastAct: string | null, ...rest: [string | null, number | null, number]): string {
  return lastAct === null ? "" : `: ${personal(lastAct, ...rest)}`;
}

function personal(
  lastAct: string,
  byName: string | null,
  atEpochMs: number | null,
  nowEpochMs: number,
): string {
  const ago =
    atEpochMs === null ? "" : strings.spanAgo({ span: formatAge(Math.max(0, nowEpochMs - atEpochMs)) });
  return strings.byWasFasterAndDone({
    by: byName ?? strings.somebody,
    done: done[lastAct] ?? strings.changedIt,
    ago,
  });
}
