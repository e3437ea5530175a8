import type { DeliveryView } from "../contracts/alert-channels.ts";
import { formatAge, formatMs, formatTime } from "./format.ts";
import type { TimeZoneChoice } from "./time-zone.ts";

export const stateWords: Record<DeliveryView["state"], string> = {
  waiting: "Waiting",
  held: "Held back",
  sent: "Sent",
  failed: "Given up",
  moot: "Not needed",
};

export const kindWords: Record<DeliveryView["kind"], string> = {
  ...{ call: "Call", acknowledged: "Acknowledged", over: "Over", test: "Test" },
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
  if (tookMs === null) return "–";
  return tookMs < 10_000 ? `${formatMs(tookMs)} ms` : formatAge(tookMs);
}

/** What comes next, or why it came to nothing; "" where there is nothing to say. */
export function remarkOf(delivery: DeliveryView, zone: TimeZoneChoice): string {
  const { state, fault, dueAtEpochMs } = delivery;
  if (state === "held") return `by maintenance, until ${formatTime(dueAtEpochMs, zone, false)}`;
  if (state === "waiting" && fault !== "")
    return `${fault}; tried again at ${formatTime(dueAtEpochMs, zone)}`;
  return fault;
}
