import type { RingHealth, RolloutKind, Trouble } from "@tapline/core/rollout";
import { unknown } from "../../../client/format.ts";
import type { RolloutTrack } from "../../../contracts/rollouts.ts";
import * as strings from "../../../strings/generated/agents/rollouts/rollout-words.ts";

export const kindNames: Readonly<Record<RolloutKind, string>> = {
  config: strings.settings,
  version: strings.version,
};

/** A revision, or a version, as people name it. */
export function valueWords(kind: RolloutKind, value: number | string | null): string {
  if (kind === "version") return value === null ? strings.anyVersion : strings.versionValue({ value });
  return value === 0 ? strings.noSettingsFromTheServer : strings.configValue({ value: value ?? unknown });
}

/** How a kind stands, in a sentence. */
export function trackWords({ kind, standing, rollout }: RolloutTrack): string {
  if (rollout === null) return strings.valueForAllNothingIs({ value: capital(valueWords(kind, standing)) });
  const { base, target, state, rings, reached } = rollout;
  const ring = rings[reached] ?? 0;
  return strings.fromValueToValue2({
    value: valueWords(kind, base),
    value2: valueWords(kind, target),
    ring: state === "halted" ? strings.haltedAtRingRing({ ring }) : strings.givenToRingsUpTo({ ring }),
  });
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

const troubleNames: Readonly<Record<Trouble, string>> = {
  "never-reported": strings.neverReported,
  silent: strings.notHeardOf,
  pending: strings.hasNotGotItYet,
  paused: strings.readsNoTaps,
  "outbox-aged": strings.aTapWaitsTooLong,
};

const mostNamed = 3;

/** Who holds a ring up, and why; none of it: "". */
export function heldUpBy({ troubled }: RingHealth): string {
  const byTrouble = Map.groupBy(troubled, ({ trouble }) => trouble);
  return [...byTrouble]
    .map(([trouble, list]) => {
      const names = list.slice(0, mostNamed).map(({ agent }) => agent);
      const more = list.length - names.length;
      return `${troubleNames[trouble]}: ${names.join(", ")}${more > 0 ? strings.andMoreMore({ more }) : ""}`;
    })
    .join("; ");
}

/** The rings that somebody typed, such as `0, 1, 2`; `null`: those that agents are in; `undefined`: it names none. */
export function ringsOf(text: string): number[] | null | undefined {
  if (text.trim() === "") return null;
  const rings = text.split(/[\s,]+/).filter((part) => part !== "");
  return rings.every((part) => /^\d{1,4}$/.test(part) && Number(part) <= 1_000)
    ? rings.map(Number)
    : undefined;
}
