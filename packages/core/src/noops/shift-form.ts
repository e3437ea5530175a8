import { z } from "zod";
import { defaultPlan, shiftStepsSchema } from "../rollout/index.ts";

const secondMs = 1_000;

/** How a rule leads a service to a release; all else is as of a shift that a person begins. */
export const shiftForm = {
  /** Number of the release: a person has made it, for the service that the rule is for. */
  release: z.int().min(1),
  /** Shares of what comes anew, percent, rising to 100. */
  steps: shiftStepsSchema.readonly().default(defaultPlan.steps),
  /** How long each share is watched before the next, ms: none is taken unwatched. */
  windowMs: z
    .int()
    .min(10 * secondMs)
    .max(24 * 3_600 * secondMs)
    .default(defaultPlan.windowMs),
} as const;
