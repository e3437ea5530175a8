import type {
  ActSpec,
  ActState,
  ConditionState,
  DecisionState,
  EvidenceRead,
  RuleMode,
} from "@tapline/core/noops";
import { formatAge, formatCount } from "../../client/format.ts";
import * as strings from "../../strings/generated/noops/noops-words.ts";

/** How a decision stands, in one or two words, and whether it calls for somebody. */
export const stateLooks: Readonly<
  Record<DecisionState, { word: string; shape: string; isCalling: boolean }>
> = {
  none: { word: strings.didNothing, shape: "·", isCalling: false },
  "dry-run": { word: strings.wouldHave, shape: "○", isCalling: false },
  "waiting-approval": { word: strings.waitsForAPerson, shape: "▲", isCalling: true },
  acting: { word: strings.underWay, shape: "◐", isCalling: false },
  done: { word: strings.done, shape: "✓", isCalling: false },
  failed: { word: strings.failed, shape: "▲", isCalling: true },
  undone: { word: strings.undone, shape: "↺", isCalling: false },
  refused: { word: strings.refused, shape: "×", isCalling: false },
  expired: { word: strings.notAnswered, shape: "×", isCalling: false },
};

export const conditionWords: Readonly<Record<ConditionState, string>> = {
  breached: strings.itsConditionHolds,
  clear: strings.itsConditionIsOver,
  between: strings.itsConditionNeitherHoldsNor,
  held: strings.itsEvidenceDoesNotSay,
};

export const modeWords: Readonly<Record<RuleMode, string>> = {
  "dry-run": strings.onlySaysWhatItWould,
  approval: strings.asksAPersonEachTime,
  armed: strings.actsByItself,
};

export const modeNames: Readonly<Record<RuleMode, string>> = {
  "dry-run": strings.dryRun,
  approval: strings.asks,
  armed: strings.armed,
};

/** What a rule does, in few words. */
export function actWords(act: ActSpec): string {
  switch (act.kind) {
    case "scale":
      return strings.scaleDirectionByMaxStep({
        direction: act.direction,
        maxStep: act.maxStep,
        min: act.min,
        max: act.max,
      });
    case "replace":
      return strings.replaceTheReplica;
    case "restart":
      return strings.restartOneReplicaAfterAnother;
    case "connections":
      return strings.allowMaxConnectionsConnections({ maxConnections: formatCount(act.maxConnections) });
    case "outlier-detection":
      return strings.leaveOutWhatFailsErrors({ errors: formatCount(act.consecutiveErrors) });
    case "retries":
      return strings.askAgainUpToAttempts({ attempts: formatCount(act.attempts) });
    case "shift":
      return strings.shiftToRelease({ release: String(act.release), steps: act.steps.join(", ") });
    case "flush-buffer":
      return strings.flushTheBuffer;
    case "flush-caches":
      return strings.flushCaches;
    case "target":
      return act.open ? strings.sendToTheArchiveAgain : strings.sendNothingToTheArchive;
    case "rotate-key":
      return strings.rotateTheArchivesKey;
    case "roll-back":
      return strings.rollBackToTheRelease;
    case "quota":
      return strings.letATrackerBringTaps({ tapsPerHour: act.tapsPerHour });
  }
}

/** A value as evidence has it; figures that are no whole numbers with three digits. */
export function valueWords(value: EvidenceRead["value"]): string {
  if (value === null) return strings.notKnown;
  if (typeof value !== "number")
    return typeof value === "boolean" ? (value ? strings.yes : strings.no) : value;
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(3)));
}

/** How old evidence was. */
export function ageWords(ageMs: number | null): string {
  return ageMs === null ? "" : strings.spanOld({ span: formatAge(Math.abs(ageMs)) });
}

/** What of a state became another, one line each. */
export function changeLines(before: ActState | null, after: ActState | null): string[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const text = (value: ActState[string] | undefined) => (value == null ? strings.none : String(value));
  return names
    .filter((name) => before?.[name] !== after?.[name])
    .map((name) => `${name}: ${text(before?.[name])} → ${after === null ? "?" : text(after[name])}`);
}

/** Who somebody is, by the names that came along. */
export const nameOf = (id: string, names: Readonly<Record<string, string>>): string => names[id] ?? id;
