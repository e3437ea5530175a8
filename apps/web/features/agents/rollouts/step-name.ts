import type { RolloutTrack } from "../../../contracts/rollouts.ts";
import * as strings from "../../../strings/generated/agents/rollouts/step-name.ts";

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
  if (step === "advance")
    return next === undefined ? strings.letItHoldForAll : strings.giveItToRingNext({ next });
  return { halt: strings.halt, resume: strings.goOn, abort: strings.takeItBack }[step];
}
