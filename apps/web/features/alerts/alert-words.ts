import type { Alert, TransitionKind } from "@tapline/core/alerts";
import { formatSpan, formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import * as strings from "../../strings/generated/alerts/alert-words.ts";

/** An alert that stands for longer than this is stale (ISA-18.2 §16.5.6): nobody will act on it any more, ms. */
export const staleAfterMs = 24 * 3_600_000;

/** How an alert stands and for how long, in words. */
export function standingOf(alert: Alert, nowEpochMs: number, zone: TimeZoneChoice): string {
  const since = (epochMs: number | null) => formatSpan(nowEpochMs - (epochMs ?? alert.changedAtEpochMs));
  switch (alert.state) {
    case "active-unacknowledged":
      return strings.notAcknowledged;
    case "returned-unacknowledged":
      return strings.overForSinceNotAcknowledged({ since: since(alert.returnedAtEpochMs) });
    case "acknowledged":
      return strings.acknowledgedSinceAgo({ since: since(alert.acknowledgedAtEpochMs) });
    case "shelved":
      return shelfOf(alert, nowEpochMs, zone);
    case "suppressed":
      return strings.suppressedCauseSaysIt({ cause: causeOf(alert) });
    case "out-of-service":
      return strings.outOfServiceForSince({ since: since(alert.outOfServiceSinceEpochMs) });
    case "normal":
      return strings.closed;
  }
}

function shelfOf({ shelf, changedAtEpochMs }: Alert, nowEpochMs: number, zone: TimeZoneChoice): string {
  const until = shelf?.untilEpochMs ?? changedAtEpochMs;
  const left = strings.spanLeft({ span: formatSpan(until - nowEpochMs) });
  const orReturned = shelf?.mode === "one-shot" ? strings.orItsReturn : "";
  return strings.shelvedUntilTimeOrReturned({ time: formatTime(until, zone, false), orReturned, left });
}

function causeOf({ suppressedBy }: Alert): string {
  if (suppressedBy === null) return strings.anotherAlert;
  const { ruleId, scopeKey } = suppressedBy;
  return scopeKey === "" ? ruleId : `${ruleId} (${scopeKey.replaceAll(";", ", ").replaceAll("=", " ")})`;
}

/** Where, from the widest to the narrowest; "everywhere" for the whole installation. */
export function placeOf({ scope }: Pick<Alert, "scope">): string {
  const { site, agent, reader, archive, reason } = scope;
  const parts = [
    site,
    agent,
    reader,
    archive && strings.archiveArchive({ archive }),
    reason && strings.reasonReason({ reason }),
  ];
  return parts.filter((part) => part !== undefined).join(" › ") || strings.wholeInstallation;
}

/** What happened, as it stands behind who did it. */
export const transitionWords: Record<TransitionKind, string> = {
  raised: strings.raised,
  returned: strings.returnedToNormal,
  suppressed: strings.suppressedByDesign,
  unsuppressed: strings.noLongerSuppressed,
  "shelf-expired": strings.cameOffTheShelfIts,
  acknowledged: strings.acknowledgedIt,
  noted: strings.commented,
  shelved: strings.shelvedIt,
  unshelved: strings.tookItOffTheShelf,
  "taken-out-of-service": strings.tookItOutOfService,
  "returned-to-service": strings.returnedItToService,
  assigned: strings.assignedIt,
  unassigned: strings.assignedItToNobodyAny,
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
