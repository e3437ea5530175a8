import type { Alert, TransitionKind } from "@tapline/core/alerts";
import { formatSpan, formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";

/** An alert that stands for longer than this is stale (ISA-18.2 §16.5.6): nobody will act on it any more, ms. */
export const staleAfterMs = 24 * 3_600_000;

/** How an alert stands and for how long, in words. */
export function standingOf(alert: Alert, nowEpochMs: number, zone: TimeZoneChoice): string {
  const since = (epochMs: number | null) => formatSpan(nowEpochMs - (epochMs ?? alert.changedAtEpochMs));
  switch (alert.state) {
    case "active-unacknowledged":
      return "Not acknowledged";
    case "returned-unacknowledged":
      return `Over for ${since(alert.returnedAtEpochMs)}, not acknowledged`;
    case "acknowledged":
      return `Acknowledged ${since(alert.acknowledgedAtEpochMs)} ago`;
    case "shelved":
      return shelfOf(alert, nowEpochMs, zone);
    case "suppressed":
      return `Suppressed: ${causeOf(alert)} says it`;
    case "out-of-service":
      return `Out of service for ${since(alert.outOfServiceSinceEpochMs)}`;
    case "normal":
      return "Closed";
  }
}

function shelfOf({ shelf, changedAtEpochMs }: Alert, nowEpochMs: number, zone: TimeZoneChoice): string {
  const until = shelf?.untilEpochMs ?? changedAtEpochMs;
  const left = `${formatSpan(until - nowEpochMs)} left`;
  const orReturned = shelf?.mode === "one-shot" ? " or its return" : "";
  return `Shelved until ${formatTime(until, zone, false)}${orReturned}, ${left}`;
}

function causeOf({ suppressedBy }: Alert): string {
  if (suppressedBy === null) return "another alert";
  const { ruleId, scopeKey } = suppressedBy;
  return scopeKey === "" ? ruleId : `${ruleId} (${scopeKey.replaceAll(";", ", ").replaceAll("=", " ")})`;
}

/** Where, from the widest to the narrowest; "everywhere" for the whole installation. */
export function placeOf({ scope }: Pick<Alert, "scope">): string {
  const { site, agent, reader, archive, reason } = scope;
  const parts = [site, agent, reader, archive && `archive ${archive}`, reason && `reason ${reason}`];
  return parts.filter((part) => part !== undefined).join(" › ") || "whole installation";
}

/** What happened, as it stands behind who did it. */
export const transitionWords: Record<TransitionKind, string> = {
  raised: "Raised",
  returned: "Returned to normal",
  suppressed: "Suppressed by design",
  unsuppressed: "No longer suppressed",
  "shelf-expired": "Came off the shelf: its time was over",
  acknowledged: "acknowledged it",
  noted: "commented",
  shelved: "shelved it",
  unshelved: "took it off the shelf",
  "taken-out-of-service": "took it out of service",
  "returned-to-service": "returned it to service",
  assigned: "assigned it",
  unassigned: "assigned it to nobody any more",
};

/** How much of the time to respond is left; negative: so long over. `null` where nobody is waited for. */
export function timeLeftMs(
  alert: Pick<Alert, "state" | "raisedAtEpochMs">,
  respondWithinMinutes: number,
  nowEpochMs: number,
): number | null {
  if (alert.state !== "active-unacknowledged") return null;
  return alert.raisedAtEpochMs + respondWithinMinutes * 60_000 - nowEpochMs;
}
