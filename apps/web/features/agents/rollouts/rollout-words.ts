import type { RingHealth, RolloutKind, Trouble } from "@tapline/core/rollout";
import { unknown } from "../../../client/format.ts";
import type { RolloutTrack } from "../../../contracts/rollouts.ts";

export const kindNames: Readonly<Record<RolloutKind, string>> = { config: "Settings", version: "Version" };

/** A revision, or a version, as people name it. */
export function valueWords(kind: RolloutKind, value: number | string | null): string {
  if (kind === "version") return value === null ? "any version" : `version ${value}`;
  return value === 0 ? "no settings from the server" : `config ${value ?? unknown}`;
}

/** How a kind stands, in a sentence. */
export function trackWords({ kind, standing, rollout }: RolloutTrack): string {
  if (rollout === null) return `${capital(valueWords(kind, standing))} for all. Nothing is under way.`;
  const { base, target, state, rings, reached } = rollout;
  const ring = rings[reached] ?? 0;
  return `From ${valueWords(kind, base)} to ${valueWords(kind, target)}: ${
    state === "halted" ? `halted at ring ${ring}` : `given to rings up to ${ring}`
  }.`;
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

const troubleNames: Readonly<Record<Trouble, string>> = {
  "never-reported": "never reported",
  silent: "not heard of",
  pending: "has not got it yet",
  paused: "reads no taps",
  "outbox-aged": "a tap waits too long",
};

const mostNamed = 3;

/** Who holds a ring up, and why; none of it: "". */
export function heldUpBy({ troubled }: RingHealth): string {
  const byTrouble = Map.groupBy(troubled, ({ trouble }) => trouble);
  return [...byTrouble]
    .map(([trouble, list]) => {
      const names = list.slice(0, mostNamed).map(({ agent }) => agent);
      const more = list.length - names.length;
      return `${troubleNames[trouble]}: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
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
