import type { ShiftListing } from "@tapline/adapters/prisma";
import type { StageWatch } from "@tapline/adapters/redis";
import { targetOf } from "@tapline/core/rollout";

/** Of the first share all is done by both colours, later this much, percent. */
const bothPercentLater = 25;

/** The name of a share of a shift: another release, or a window that begins anew, has another one. */
export function watchName({ id, release, state }: ShiftListing, step = state.step): string {
  return [id, release ?? "installed", state.setbacks, step].join(".");
}

/** Who looks at what goes on now; null where nobody has to. */
export function watchOf(shift: ShiftListing): StageWatch | null {
  const { state, plan } = shift;
  if ((state.phase !== "routing" && state.phase !== "keeping") || !plan.needsEvidence) return null;
  const bothPercent = state.step === 0 && plan.steps.length > 1 ? 100 : bothPercentLater;
  return { name: watchName(shift), target: targetOf(shift), bothPercent };
}
