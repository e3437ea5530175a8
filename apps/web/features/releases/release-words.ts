import type { Check, ShiftPhase, ShiftState } from "@tapline/core/rollout";
import { formatMs, unknown } from "../../client/format.ts";
import type { ShiftView } from "../../contracts/releases.ts";

/** What runs: a release by its number, or what came with the installation. */
export const releaseName = (id: number | null): string => (id === null ? "As installed" : `Release ${id}`);

export const phaseWords: Readonly<Record<ShiftPhase, string>> = {
  placing: "Comes up",
  routing: "Gets its share",
  keeping: "Has all; the old one is kept ready",
  retiring: "The old one ends",
  promoted: "Promoted",
  returning: "Goes back",
  clearing: "Gone back; the new one ends",
  "rolled-back": "Rolled back",
};

/** How a shift stands, and whether it calls for somebody. */
export function standOf({ phase, held }: Pick<ShiftState, "phase" | "held">): {
  words: string;
  isCalling: boolean;
} {
  if (held !== null) return { words: "Stands still", isCalling: true };
  return { words: phaseWords[phase], isCalling: phase === "returning" || phase === "clearing" };
}

/** Whether it is on its way back, or was. */
export const isGoingBack = ({ phase }: Pick<ShiftState, "phase">): boolean =>
  phase === "returning" || phase === "clearing" || phase === "rolled-back";

/** From what to what, by colour. */
export function wayWords({ base, stable, release, target }: ShiftView): string {
  return `${releaseName(base)} (${stable}) → ${releaseName(release)} (${target})`;
}

export const checkNames: Readonly<Record<Check["name"], string>> = {
  results: "Other results",
  errors: "Errors",
  refused: "Refused taps",
  latency: "p99, ms",
};

/** A side of a check: a ratio in percent, or ms. */
export function checkValue(name: Check["name"], value: number | null): string {
  if (value === null) return unknown;
  return name === "latency" ? formatMs(value) : `${(value * 100).toFixed(1)} %`;
}

/** Who made something, by the names that came along; rules and jobs by their own. */
export function actorName(actor: string, names: Readonly<Record<string, string>>): string {
  const id = actor.slice(actor.indexOf("/") + 1);
  return names[id] ?? id;
}
