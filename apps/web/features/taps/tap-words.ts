import { formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { ListedTaps, TapPlace, TapState, TapStep, TapStepName } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/tap-words.ts";
import { language } from "../../strings/locale.ts";

export const standingNames: Readonly<Record<ListedTaps["is"], string>> = {
  archived: strings.archived,
  duplicate: strings.duplicate,
  rejected: strings.refused,
  open: strings.noEndYet,
};

export const stateNames: Readonly<Record<TapState, string>> = {
  archived: strings.archived,
  duplicate: strings.aDuplicateTheArchiveHas,
  rejected: strings.refusedInQuarantine,
  "under-way": strings.onItsWay,
  "with-agent": strings.readAndNotJudgedYet,
  gap: strings.withoutAnEnd,
};

export const stepNames: Readonly<Record<TapStepName, string>> = {
  read: strings.readAtTheReader,
  taken: strings.takenByTheDoorDurable,
  cut: strings.cutIntoASegment,
  judged: strings.verdict,
  sealed: strings.sealed,
  archived: strings.archived,
  indexed: strings.indexed,
  receipt: strings.receiptHandedOut,
  recorded: strings.inTheAuditLog,
  checkpoint: strings.inACheckpoint,
  cosigned: strings.cosignedByAWitness,
};

/** What is said of a step in place of a time. */
export const stepWords: Readonly<Record<Exclude<TapStep["is"], "known">, string>> = {
  "not-kept": strings.doneTheTimeIsNot,
  unread: strings.notKnownRedisDoesNot,
  "at-it": strings.now,
  "not-yet": strings.notYet,
  none: strings.doesNotComeToIt,
};

const stages = {
  validation: strings.withValidation,
  encryption: strings.beingSealed,
  transfer: strings.beingUploaded,
} as const;

/** Where a tap is at the moment. */
export function placeWords(place: TapPlace): string {
  if (place.is === "outbox-or-buffer") return strings.itIsInItsAgents;
  const failed = place.isFailing ? strings.anAttemptAtItHas : "";
  return strings.itIsStagesFailed({ stages: stages[place.stage], failed });
}

const thousandths = new Intl.NumberFormat(language, { minimumIntegerDigits: 3 });

/** A time of day to the millisecond. */
export function formatInstant(epochMs: number, zone: TimeZoneChoice): string {
  return `${formatTime(epochMs, zone)}.${thousandths.format(epochMs % 1_000)}`;
}

/** Numbers of a line: one, or from one to another. */
export function numbersOf({ firstSeq, lastSeq }: Pick<ListedTaps, "firstSeq" | "lastSeq">): string {
  return firstSeq === lastSeq ? `${firstSeq}` : `${firstSeq}–${lastSeq}`;
}
