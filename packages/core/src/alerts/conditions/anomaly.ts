import type { ConditionOf } from "../condition.ts";
import type { Evaluator, Finding } from "./finding.ts";
import { type Expectation, expectation, type Forecaster, newForecaster, observe } from "./forecaster.ts";

export type AnomalyState = Finding & {
  readonly forecaster: Forecaster;
  /** The value that stands; null: nobody knows. */
  readonly current: number | null;
  /** Of the step under way: value × ms so far, and the ms of which it is known. */
  readonly area: number;
  readonly coveredMs: number;
  readonly stepEndsMs: number;
  readonly lastMs: number;
};

/**
 * Whether the mean of a step is far from what was forecast for it. Judged when a step ends. What is far off is learnt only as
 * far as it was still expected (as in Gelper, Fried, Croux: Robust forecasting with exponential and Holt-Winters smoothing, 2010): an
 * outage is not taken for the new normal at once. Raised only while the forecast is trusted; ended by a value near it in any case.
 */
export function anomalyEvaluator(condition: ConditionOf<"anomaly">): Evaluator<AnomalyState> {
  const { stepMs, seasonSteps } = condition;

  /** How far a value may be from what is expected. */
  const bandOf = (expected: Expectation, deviations: number) =>
    Math.max(condition.minDifference, deviations * expected.error);

  function isFar(value: number, expected: Expectation, wasBreached: boolean): boolean {
    const band = bandOf(expected, condition.deviations - (wasBreached ? condition.deadBand : 0));
    const off = value - expected.value;
    if (condition.side === "above") return off > band;
    return condition.side === "below" ? -off > band : Math.abs(off) > band;
  }

  /** The step that ends now, judged and learnt. */
  function ended(state: AnomalyState): AnomalyState {
    const next = {
      ...state,
      area: 0,
      coveredMs: 0,
      stepEndsMs: state.stepEndsMs + stepMs,
      dueMs: state.stepEndsMs + stepMs,
    };
    const expected = expectation(state.forecaster);
    // A step of which less than half is known has no mean. The season goes on all the same: as it was expected.
    if (state.coveredMs * 2 < stepMs)
      return { ...next, known: false, forecaster: observe(state.forecaster, null, seasonSteps) };
    const value = state.area / state.coveredMs;
    if (expected === null) return { ...next, forecaster: observe(state.forecaster, value, seasonSteps) };
    const { breached } = state;
    const isBreached = (breached || expected.isTrusted) && isFar(value, expected, breached);
    const band = bandOf(expected, condition.deviations);
    const learnt = expected.isTrusted ? clamp(value, expected.value - band, expected.value + band) : value;
    const limit = expected.value + (value < expected.value ? -band : band);
    const forecaster = observe(state.forecaster, learnt, seasonSteps);
    return { ...next, breached: isBreached, known: true, value, limit, forecaster };
  }

  return {
    begin: (nowMs, wasBreached) => ({
      ...{ breached: wasBreached, known: false, value: null, limit: 0, dueMs: nowMs + stepMs },
      ...{ forecaster: newForecaster, current: null, area: 0, coveredMs: 0 },
      ...{ stepEndsMs: nowMs + stepMs, lastMs: nowMs },
    }),
    step(given, sample, nowMs) {
      let state = given;
      // Over a season that nobody looked at, nothing would be learnt but what was expected.
      const skipped = Math.floor((nowMs - state.stepEndsMs) / stepMs) - seasonSteps;
      if (skipped > 0) state = later(state, skipped * stepMs);
      while (nowMs >= state.stepEndsMs) state = ended(grown(state, state.stepEndsMs));
      state = grown(state, nowMs);
      return sample === null ? state : { ...state, current: sample.value };
    },
  };
}

/** The state with the value that stands counted up to `untilMs`. */
function grown(state: AnomalyState, untilMs: number): AnomalyState {
  const spanMs = untilMs - state.lastMs;
  if (spanMs <= 0) return state;
  if (state.current === null) return { ...state, lastMs: untilMs };
  const area = state.area + state.current * spanMs;
  return { ...state, area, coveredMs: state.coveredMs + spanMs, lastMs: untilMs };
}

function later(state: AnomalyState, byMs: number): AnomalyState {
  return { ...state, stepEndsMs: state.stepEndsMs + byMs, lastMs: state.lastMs + byMs };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
