import type { TapStep } from "../../contracts/taps.ts";

/** A step as the waterfall draws it. */
export interface DrawnStep {
  step: TapStep;
  /** Since the step before it of which a time is known, ms; null: there is none, or it is no part of the way. */
  sinceMs: number | null;
  /** From the step before to this one, as shares of the whole way; null: not drawn. */
  from: number | null;
  to: number | null;
}

/** Steps after a tap's receipt wait for others' turns: drawn with them, the way of the tap would be a dot. */
const afterTheWay = ["recorded", "checkpoint", "cosigned"];

/** Steps with the spans between those of which a time is known. Clocks of an agent and of servers differ: no span is below 0. */
export function drawSteps(steps: readonly TapStep[]): DrawnStep[] {
  const isOnTheWay = ({ step, atEpochMs }: TapStep) => atEpochMs !== null && !afterTheWay.includes(step);
  const times = steps.filter(isOnTheWay).map(({ atEpochMs }) => atEpochMs ?? 0);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const share = (atEpochMs: number) => (last === first ? 0 : (atEpochMs - first) / (last - first));
  let before: number | null = null;
  return steps.map((step) => {
    const at = step.atEpochMs;
    if (at === null || !isOnTheWay(step)) return { step, sinceMs: null, from: null, to: null };
    const drawn = {
      ...{ step, sinceMs: before === null ? null : Math.max(0, at - before) },
      ...{ from: share(Math.min(before ?? at, at)), to: share(at) },
    };
    before = Math.max(before ?? at, at);
    return drawn;
  });
}
