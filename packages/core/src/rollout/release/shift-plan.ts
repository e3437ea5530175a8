import { z } from "zod";
import { TaplineError } from "../../kernel/index.ts";

const spanMs = z
  .int()
  .min(0)
  .max(7 * 86_400_000);

/** How a shift goes on; times in ms. */
export const shiftPlanSchema = z.strictObject({
  /** Shares of the new release, percent: rising, the last one 100. */
  steps: z.array(z.int().min(1).max(100)).min(1).max(100),
  /** How long each share is watched before the next. */
  windowMs: spanMs,
  /** How long the new release may take to become ready, and a share to be what it should be. */
  readyWithinMs: spanMs,
  /** How long evidence may be missing beyond the window before the shift turns back. */
  evidenceWithinMs: spanMs,
  /** For how long after the last window the old release is kept ready, so that the way back is short. */
  keepMs: spanMs,
  /** How long what a colour has in hand is waited for before it is retired. */
  drainWithinMs: spanMs,
  /** Whether shares grow on evidence alone; a way back does without. */
  needsEvidence: z.boolean(),
});
export type ShiftPlan = z.infer<typeof shiftPlanSchema>;

const rise = (steps: readonly number[]): boolean =>
  steps.every((share, at) => share > (steps[at - 1] ?? 0)) && steps.at(-1) === 100;

/** Shares of a shift where they are written down: rising to 100. */
export const shiftStepsSchema = shiftPlanSchema.shape.steps.refine(rise, "the shares have to rise to 100");

const second = 1_000;

/** Some minutes from the first share to the last, where enough comes in to judge by. */
export const defaultPlan: ShiftPlan = {
  steps: [10, 25, 50, 100],
  windowMs: 60 * second,
  readyWithinMs: 60 * second,
  evidenceWithinMs: 300 * second,
  keepMs: 300 * second,
  drainWithinMs: 60 * second,
  needsEvidence: true,
};

/** Back to what ran before: all at once, as soon as it is ready. */
export const returnPlan: ShiftPlan = {
  ...defaultPlan,
  steps: [100],
  windowMs: 0,
  keepMs: 0,
  needsEvidence: false,
};

/**
 * Shares that grow by `step` up to `max`, and then to all: also where `max` is no multiple of `step`.
 * @param step percent, 1-100 @param max percent, 1-100
 * @throws TaplineError `invalid-input`
 */
export function stepsBy(step: number, max = 100): number[] {
  for (const percent of [step, max])
    if (!Number.isInteger(percent) || percent < 1 || percent > 100)
      throw new TaplineError("invalid-input", `${percent} is no share: percent from 1 to 100`);
  const steps: number[] = [];
  for (let share = step; share < max; share += step) steps.push(share);
  return max === 100 ? [...steps, 100] : [...steps, max, 100];
}

/** @throws TaplineError `invalid-input` where shares do not rise to 100 */
export function checkedPlan(plan: ShiftPlan): ShiftPlan {
  const { steps } = shiftPlanSchema.parse(plan);
  if (rise(steps)) return plan;
  throw new TaplineError("invalid-input", `the shares ${steps.join(", ")} do not rise to 100`);
}
