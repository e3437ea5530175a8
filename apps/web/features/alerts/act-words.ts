import type { Alert, AlertAct } from "@tapline/core/alerts";
import { formatAge } from "../../client/format.ts";
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
  acknowledged: "acknowledged it",
  shelved: "shelved it",
  unshelved: "took it off the shelf",
  "taken-out-of-service": "took it out of service",
  "returned-to-service": "returned it to service",
  assigned: "assigned it",
  unassigned: "took it off its list",
};

/** What was to be done. */
const wanted: Record<AlertAct["kind"], string> = {
  acknowledge: "acknowledged",
  shelve: "shelved",
  unshelve: "taken off the shelf",
  "take-out-of-service": "taken out of service",
  "return-to-service": "returned to service",
  assign: "assigned",
  note: "commented",
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
  const message = alerts.find(({ id }) => id === first.id)?.message ?? "An alert";
  const why = whyOf(first.refusal, nowEpochMs);
  if (refused.length === 1) return { tone: "warning", title: why, text: `${message}: not ${wanted[act]}.` };
  return {
    tone: "warning",
    title: `${refused.length} of ${results.length} were not ${wanted[act]}`,
    text: `The first, ${message}: ${why}.`,
  };
}

function whyOf({ name, lastAct, byName, atEpochMs }: ActRefused, nowEpochMs: number): string {
  if (name === "raised-since") return "It was raised again before you acted: look at it anew";
  if (name === "assigned-so") return "It is assigned so already";
  if (name === "closed") return `It is closed${byPerson(lastAct, byName, atEpochMs, nowEpochMs)}`;
  if (lastAct === null) return "It has changed since you looked";
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
  const ago = atEpochMs === null ? "" : `, ${formatAge(Math.max(0, nowEpochMs - atEpochMs))} ago`;
  return `${byName ?? "Somebody"} was faster and ${done[lastAct] ?? "changed it"}${ago}`;
}
