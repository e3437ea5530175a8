import type { RolloutTrack } from "../../../contracts/rollouts.ts";

/** What can be done to a roll-out that is under way. */
export type RolloutStep = "advance" | "halt" | "resume" | "abort";

/** A roll-out as it was looked at when the step was chosen. */
export interface StepAsked {
  step: RolloutStep;
  kind: RolloutTrack["kind"];
  rollout: NonNullable<RolloutTrack["rollout"]>;
}

/** The button that leads to a step. */
export function stepName(step: RolloutStep, { rings, reached }: StepAsked["rollout"]): string {
  const next = rings[reached + 1];
  if (step === "advance") return next === undefined ? "Let it hold for all…" : `Give it to ring ${next}…`;
  return { halt: "Halt…", resume: "Go on…", abort: "Take it back…" }[step];
}
