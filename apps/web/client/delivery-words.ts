import type { DeliveryView } from "../contracts/alert-channels.ts";
import * as strings from "../strings/generated/client/delivery-words.ts";
import { formatAge, formatDayTime, formatMs } from "./format.ts";
import type { TimeZoneChoice } from "./time-zone.ts";

export const stateWords: Record<DeliveryView["state"], string> = {
  waiting: strings.waiting,
  held: strings.heldBack,
  sent: strings.sent,
  failed: strings.givenUp,
  moot: strings.notNeeded,
};

export const kindWords: Record<DeliveryView["kind"], string> = {
  ...{
    call: strings.call,
    acknowledged: strings.acknowledged,
    over: strings.over,
    test: strings.test,
    more: strings.together,
  },
};

/** Whether somebody should have a look: it was given up, or has failed and is tried again. */
export function isTroubled({ state, fault }: Pick<DeliveryView, "state" | "fault">): boolean {
  return state === "failed" || (state === "waiting" && fault !== "");
}

/** By what it went: a channel, and which of its browsers, as in `browsers 1a2b3c4d`. */
export function wayText({ channel, recipient }: Pick<DeliveryView, "channel" | "recipient">): string {
  return recipient === "" ? channel : `${channel} ${recipient.slice(0, 8)}`;
}

/** How long it took, as in `84 ms`; a dash where it has not ended. */
export function tookText({ tookMs }: Pick<DeliveryView, "tookMs">): string {
  return tookMs === null ? "–" : spanWords(tookMs);
}

const spanWords = (ms: number): string => (ms < 10_000 ? strings.msMs({ ms: formatMs(ms) }) : formatAge(ms));

/** Since when that is counted, as in `84 ms after the raise`. */
export function sinceWords({ kind }: Pick<DeliveryView, "kind">): string {
  if (kind === "call") return strings.afterTheRaise;
  return kind === "test" ? strings.afterItWasAskedFor : strings.afterItHappened;
}

/**
 * Of a call that was sent: breach, raise and sending apart. What the rule waits on purpose lies between the first two, and is no part of how
 * long the delivery took. "" for all else.
 */
export function stagesOf(delivery: DeliveryView, zone: TimeZoneChoice, nowEpochMs: number): string {
  const { kind, state, step, breachedAtEpochMs, raisedAtEpochMs } = delivery;
  if (kind !== "call" || state !== "sent" || breachedAtEpochMs === null) return "";
  const breach = formatDayTime(breachedAtEpochMs, zone, nowEpochMs, true);
  const raised = spanWords(Math.max(0, raisedAtEpochMs - breachedAtEpochMs));
  const again = step === 0 ? "" : strings.asStepStepNobodyHad({ step: step + 1 });
  return strings.breachBreachRaisedRaisedLater({ breach, raised, took: tookText(delivery), again });
}

/** What comes next, or why it came to nothing; "" where there is nothing to say. @param nowEpochMs by the server's clock */
export function remarkOf(delivery: DeliveryView, zone: TimeZoneChoice, nowEpochMs: number): string {
  const { state, fault, dueAtEpochMs } = delivery;
  if (state === "held")
    return strings.byMaintenanceUntilTime({ time: formatDayTime(dueAtEpochMs, zone, nowEpochMs) });
  if (state !== "waiting" || fault === "") return fault;
  const due = formatDayTime(dueAtEpochMs, zone, nowEpochMs, true);
  return dueAtEpochMs > nowEpochMs
    ? strings.faultTriedAgainAtDue({ fault, due })
    : strings.faultDueToBeTried({ fault, due });
}
