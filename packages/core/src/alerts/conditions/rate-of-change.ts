import type { ConditionOf } from "../condition.ts";
import { beyond, limitOf } from "./beyond.ts";
import { type Evaluator, type Finding, never } from "./finding.ts";

/** Of values that followed each other within this part of the window the most extreme is kept: it may count so much longer. */
const parts = 60;

/** A value that stood from `fromMs` until `untilMs`; infinity: it stands. */
type Stood = { readonly value: number; readonly fromMs: number; readonly untilMs: number };

export type RateOfChangeState = Finding & {
  /** As it is now; null: not known yet. */
  readonly current: number | null;
  /** What is, or may become, the lowest value in the window (of a rise; else the highest), in order of time, and so of rank. */
  readonly extremes: readonly Stood[];
};

/**
 * By how much the value rose over its lowest, or fell under its highest, within the window. A value stands until the next sample:
 * figures that do not change are not told again. What is of nothing neither rises nor falls, and what follows it begins anew.
 */
export function rateOfChangeEvaluator(
  condition: ConditionOf<"rate-of-change">,
): Evaluator<RateOfChangeState> {
  const { windowMs } = condition;
  const isBeyond = beyond(condition.limit, condition.deadBand);
  const limit = limitOf(condition.limit);
  const isRise = "above" in condition.limit;

  /** What is found where all that left the window is left out. */
  function judge(state: RateOfChangeState, nowMs: number): RateOfChangeState {
    const { current } = state;
    const first = state.extremes.findIndex(({ untilMs }) => untilMs > nowMs - windowMs);
    const extremes = first <= 0 ? state.extremes : state.extremes.slice(first);
    const [extreme] = extremes;
    if (current === null || extreme === undefined) return { ...state, extremes, dueMs: never };
    const value = current - extreme.value;
    const breached = state.known ? isBeyond(value, state.breached) : state.breached;
    return { ...state, extremes, value, breached, dueMs: extreme.untilMs + windowMs };
  }

  const anew = (breached: boolean, known: boolean): RateOfChangeState => ({
    ...{ breached, known, value: null, limit, dueMs: never },
    ...{ current: null, extremes: [] },
  });

  return {
    begin: (_, wasBreached) => anew(wasBreached, false),
    step(state, sample, nowMs) {
      if (sample?.idle) return anew(false, true);
      const value = sample?.value ?? null;
      if (value === null) return judge({ ...state, known: state.known && sample === null }, nowMs);
      const extremes = followedBy(state.extremes, value, nowMs, { isRise, resolutionMs: windowMs / parts });
      return judge({ ...state, extremes, current: value, known: true }, nowMs);
    },
  };
}

/** The values with one more: it ends those that it outdoes, as they can never be the most extreme any more. */
function followedBy(
  extremes: readonly Stood[],
  value: number,
  fromMs: number,
  { isRise, resolutionMs }: { readonly isRise: boolean; readonly resolutionMs: number },
): Stood[] {
  const outdone = (other: Stood) => (isRise ? value <= other.value : value >= other.value);
  const kept = extremes.slice(0, extremes.findLastIndex((one) => !outdone(one)) + 1);
  const [before, last] = [kept.at(-2), kept.at(-1)];
  const isClose = before !== undefined && last !== undefined && last.fromMs - before.fromMs < resolutionMs;
  const tail = isClose ? before : last;
  const head = tail === undefined ? [] : kept.slice(0, isClose ? -2 : -1);
  // What was kept and still stands ends here. What had ended before, by one that is outdone now, keeps its end.
  const ended =
    tail && (isClose || tail.untilMs === never) ? [{ ...tail, untilMs: fromMs }] : tail ? [tail] : [];
  return [...head, ...ended, { value, fromMs, untilMs: never }];
}
