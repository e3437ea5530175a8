import type {
  ActSpec,
  ActState,
  ConditionState,
  DecisionState,
  EvidenceRead,
  RuleMode,
} from "@tapline/core/noops";
import { formatAge, formatCount } from "../../client/format.ts";

/** How a decision stands, in one or two words, and whether it calls for somebody. */
export const stateLooks: Readonly<
  Record<DecisionState, { word: string; shape: string; isCalling: boolean }>
> = {
  none: { word: "Did nothing", shape: "·", isCalling: false },
  "dry-run": { word: "Would have", shape: "○", isCalling: false },
  "waiting-approval": { word: "Waits for a person", shape: "▲", isCalling: true },
  acting: { word: "Under way", shape: "◐", isCalling: false },
  done: { word: "Done", shape: "✓", isCalling: false },
  failed: { word: "Failed", shape: "▲", isCalling: true },
  undone: { word: "Undone", shape: "↺", isCalling: false },
  refused: { word: "Refused", shape: "×", isCalling: false },
  expired: { word: "Not answered", shape: "×", isCalling: false },
};

export const conditionWords: Readonly<Record<ConditionState, string>> = {
  breached: "its condition holds",
  clear: "its condition is over",
  between: "its condition neither holds nor is over",
  held: "its evidence does not say",
};

export const modeWords: Readonly<Record<RuleMode, string>> = {
  "dry-run": "Only says what it would do",
  approval: "Asks a person each time",
  armed: "Acts by itself",
};

export const modeNames: Readonly<Record<RuleMode, string>> = {
  "dry-run": "Dry run",
  approval: "Asks",
  armed: "Armed",
};

/** What a rule does, in few words. */
export function actWords(act: ActSpec): string {
  switch (act.kind) {
    case "scale":
      return `Scale ${act.direction}, by ${act.maxStep} at most, ${act.min} to ${act.max} replicas`;
    case "replace":
      return "Replace the replica";
    case "restart":
      return "Restart, one replica after another";
    case "connections":
      return `Allow ${formatCount(act.maxConnections)} connections`;
    case "flush-buffer":
      return "Flush the buffer";
    case "target":
      return act.open ? "Send to the archive again" : "Send nothing to the archive";
    case "rotate-key":
      return "Rotate the archive's key";
    case "roll-back":
      return "Roll back to the release before";
    case "quota":
      return `Let a tracker bring ${formatCount(act.tapsPerHour)} taps an hour`;
  }
}

/** A value as evidence has it; figures that are no whole numbers with three digits. */
export function valueWords(value: EvidenceRead["value"]): string {
  if (value === null) return "not known";
  if (typeof value !== "number") return typeof value === "boolean" ? (value ? "yes" : "no") : value;
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(3)));
}

/** How old evidence was. */
export function ageWords(ageMs: number | null): string {
  return ageMs === null ? "" : `${formatAge(Math.abs(ageMs))} old`;
}

/** What of a state became another, one line each. */
export function changeLines(before: ActState | null, after: ActState | null): string[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const text = (value: ActState[string] | undefined) => (value == null ? "none" : String(value));
  return names
    .filter((name) => before?.[name] !== after?.[name])
    .map((name) => `${name}: ${text(before?.[name])} → ${after === null ? "?" : text(after[name])}`);
}

/** Who somebody is, by the names that came along. */
export const nameOf = (id: string, names: Readonly<Record<string, string>>): string => names[id] ?? id;
