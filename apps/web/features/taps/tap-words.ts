import { formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { ListedTaps, TapPlace, TapState, TapStep, TapStepName } from "../../contracts/taps.ts";

export const standingNames: Readonly<Record<ListedTaps["is"], string>> = {
  archived: "Archived",
  duplicate: "Duplicate",
  rejected: "Refused",
  open: "No end yet",
};

export const stateNames: Readonly<Record<TapState, string>> = {
  archived: "Archived",
  duplicate: "A duplicate: the archive has its first copy",
  rejected: "Refused, in quarantine",
  "under-way": "On its way",
  "with-agent": "Read, and not judged yet",
  gap: "Without an end",
};

export const stepNames: Readonly<Record<TapStepName, string>> = {
  read: "Read at the reader",
  taken: "Taken by the door, durable",
  cut: "Cut into a segment",
  judged: "Verdict",
  sealed: "Sealed",
  archived: "Archived",
  indexed: "Indexed",
  receipt: "Receipt handed out",
  recorded: "In the audit log",
  checkpoint: "In a checkpoint",
  cosigned: "Cosigned by a witness",
};

/** What is said of a step in place of a time. */
export const stepWords: Readonly<Record<Exclude<TapStep["is"], "known">, string>> = {
  "not-kept": "done; the time is not kept",
  unread: "not known: Redis does not answer",
  "at-it": "now",
  "not-yet": "not yet",
  none: "does not come to it",
};

const stages = {
  validation: "with validation",
  encryption: "being sealed",
  transfer: "being uploaded",
} as const;

/** Where a tap is at the moment. */
export function placeWords(place: TapPlace): string {
  if (place.is === "outbox-or-buffer")
    return "It is in its agent's outbox, or in the buffer before validation. Which of the two is not shown: what lies in the buffer is sealed.";
  const failed = place.isFailing ? " An attempt at it has failed; it is tried again by itself." : "";
  return `It is ${stages[place.stage]}.${failed}`;
}

const thousandths = new Intl.NumberFormat("en", { minimumIntegerDigits: 3 });

/** A time of day to the millisecond. */
export function formatInstant(epochMs: number, zone: TimeZoneChoice): string {
  return `${formatTime(epochMs, zone)}.${thousandths.format(epochMs % 1_000)}`;
}

/** Numbers of a line: one, or from one to another. */
export function numbersOf({ firstSeq, lastSeq }: Pick<ListedTaps, "firstSeq" | "lastSeq">): string {
  return firstSeq === lastSeq ? `${firstSeq}` : `${firstSeq}–${lastSeq}`;
}
