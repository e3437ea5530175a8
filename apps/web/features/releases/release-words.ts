import type { Check, ShiftPhase, ShiftState } from "@tapline/core/rollout";
import { formatMs, unknown } from "../../client/format.ts";
import type { ShiftView } from "../../contracts/releases.ts";
import * as strings from "../../strings/generated/releases/release-words.ts";

/** What runs: a release by its number, or what came with the installation. */
export const releaseName = (id: number | null): string =>
  id === null ? strings.asInstalled : strings.releaseId({ id });

export const phaseWords: Readonly<Record<ShiftPhase, string>> = {
  placing: strings.comesUp,
  routing: strings.getsItsShare,
  keeping: strings.hasAllTheOldOne,
  retiring: strings.theOldOneEnds,
  promoted: strings.promoted,
  returning: strings.goesBack,
  clearing: strings.goneBackTheNewOne,
  "rolled-back": strings.rolledBack,
};

/** How a shift stands, and whether it calls for somebody. */
export function standOf({ phase, held }: Pick<ShiftState, "phase" | "held">): {
  words: string;
  isCalling: boolean;
} {
  if (held !== null) return { words: strings.standsStill, isCalling: true };
  return { words: phaseWords[phase], isCalling: phase === "returning" || phase === "clearing" };
}

/** From what to what, by colour. */
export function wayWords({ base, stable, release, target }: ShiftView): string {
  return `${releaseName(base)} (${stable}) → ${releaseName(release)} (${target})`;
}

export const checkNames: Readonly<Record<Check["name"], string>> = {
  results: strings.otherResults,
  errors: strings.errors,
  refused: strings.refusedTaps,
  latency: strings.p99Ms,
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
