import { TaplineError } from "../../kernel/index.ts";
import type { Rollout, Track } from "./fleet-state.ts";
import type { RingHealth } from "./ring-health.ts";

/**
 * Begins a change at its first ring.
 * @param rings any order; at least one
 * @throws TaplineError `conflict` where another one of this kind is under way; `invalid-input` where nothing would change
 */
export function startRollout<Value>(
  track: Track<Value>,
  target: Value,
  rings: readonly number[],
  id: number,
): Track<Value> {
  if (track.rollout !== null)
    throw new TaplineError("conflict", `roll-out ${track.rollout.id} is under way`, {
      remedy: "let it end, or take it back: tapline fleet rollout advance, or abort",
    });
  if (target === track.standing)
    throw new TaplineError("invalid-input", `${String(target)} is what everybody should have already`);
  const sorted = [...new Set(rings)].sort((a, b) => a - b);
  if (sorted.length === 0) throw new TaplineError("invalid-input", "a roll-out needs at least one ring");
  const rollout = { id, target, base: track.standing, rings: sorted, reached: 0, state: "running" } as const;
  return { standing: track.standing, rollout };
}

/**
 * One ring further; behind the last one the target stands for everybody.
 * @param health of the rings, at least of those reached
 * @param force goes on over rings that are not healthy
 * @throws TaplineError `conflict` where there is nothing to advance, it is halted, or a reached ring is not healthy
 */
export function advanceRollout<Value>(
  track: Track<Value>,
  health: readonly RingHealth[],
  force: boolean,
): Track<Value> {
  const rollout = underWay(track);
  if (rollout.state === "halted")
    throw new TaplineError("conflict", `roll-out ${rollout.id} is halted`, {
      remedy: "tapline fleet rollout resume, or abort",
    });
  const sick = health.filter((ring) => ring.reached && ring.troubled.length > 0);
  if (sick.length > 0 && !force)
    throw new TaplineError("conflict", `not healthy yet: ${sick.map(sickness).join("; ")}`, {
      remedy: "wait, see to those that hold it up, or go on by force, with a reason",
      facts: Object.fromEntries(sick.map(({ ring, troubled }) => [`ring${ring}`, troubled.length])),
    });
  const reached = rollout.reached + 1;
  if (reached < rollout.rings.length) return { ...track, rollout: { ...rollout, reached } };
  return { standing: rollout.target, rollout: null };
}

/** Nobody more gets the target; who has it keeps it. @throws TaplineError `conflict` */
export function haltRollout<Value>(track: Track<Value>): Track<Value> {
  const rollout = underWay(track);
  if (rollout.state === "halted")
    throw new TaplineError("conflict", `roll-out ${rollout.id} is halted already`);
  return { ...track, rollout: { ...rollout, state: "halted" } };
}

/** The reached rings get the target again. @throws TaplineError `conflict` */
export function resumeRollout<Value>(track: Track<Value>): Track<Value> {
  const rollout = underWay(track);
  if (rollout.state !== "halted") throw new TaplineError("conflict", `roll-out ${rollout.id} is not halted`);
  return { ...track, rollout: { ...rollout, state: "running" } };
}

/** Everybody goes back to the base. @throws TaplineError `conflict` */
export function abortRollout<Value>(track: Track<Value>): Track<Value> {
  return { standing: underWay(track).base, rollout: null };
}

function underWay<Value>({ rollout }: Track<Value>): Rollout<Value> {
  if (rollout !== null) return rollout;
  throw new TaplineError("conflict", "no roll-out of this kind is under way", {
    remedy: "tapline fleet rollout start",
  });
}

function sickness({ ring, troubled }: RingHealth): string {
  const shown = troubled.slice(0, 5).map(({ agent, trouble }) => `${agent} ${trouble}`);
  const more = troubled.length > shown.length ? ` and ${troubled.length - shown.length} more` : "";
  return `ring ${ring}: ${shown.join(", ")}${more}`;
}
