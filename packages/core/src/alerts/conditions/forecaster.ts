import { firstModel, forecast, type HoltWinters, learn, type Smoothing } from "./holt-winters.ts";

/** Tried side by side on what comes in; the one that erred least lately is the one that is asked. */
const candidates: readonly Smoothing[] = [0.1, 0.3, 0.6].flatMap((level) =>
  [0.1, 0.3].map((season) => ({ level, season, trend: 0.05, damping: 0.9 })),
);

/** Over how many seasons, about, errors are remembered. */
const errorSeasons = 3;

/** A model with its mean absolute error of late, exponentially weighted over `errorSeasons`. */
type Tried = { readonly model: HoltWinters; readonly error: number };

export type Forecaster = {
  /** The last season's values, oldest first; fewer while the first season is under way. */
  readonly recent: readonly number[];
  /** By candidate; empty until one season is known. */
  readonly tried: readonly Tried[];
  /** The error of late of repeating the value of one season ago. */
  readonly naiveError: number;
  /** Steps that were forecast. */
  readonly scored: number;
};

/** What to expect of the next step. */
export type Expectation = {
  readonly value: number;
  /** Mean absolute error of late. */
  readonly error: number;
  /** Whether it is worth believing: a season was forecast, erring no more than repeating what was one season ago. */
  readonly isTrusted: boolean;
};

export const newForecaster: Forecaster = { recent: [], tried: [], naiveError: 0, scored: 0 };

/** Null until one season is known. */
export function expectation(forecaster: Forecaster): Expectation | null {
  const { tried, naiveError, scored, recent } = forecaster;
  let best: { readonly one: Tried; readonly smoothing: Smoothing } | null = null;
  for (const [index, smoothing] of candidates.entries()) {
    const one = tried[index];
    if (one !== undefined && (best === null || one.error < best.one.error)) best = { one, smoothing };
  }
  if (best === null) return null;
  const { model, error } = best.one;
  const isTrusted = scored >= recent.length && error <= naiveError;
  return { value: forecast(model, best.smoothing), error, isTrusted };
}

/**
 * After one more step.
 * @param value null: not known; the season goes on as it was expected to
 * @param seasonSteps steps of a season, the same with each call
 */
export function observe(forecaster: Forecaster, value: number | null, seasonSteps: number): Forecaster {
  if (value === null) return unseen(forecaster, seasonSteps);
  const recent = [...forecaster.recent, value].slice(-seasonSteps);
  if (forecaster.tried.length === 0) {
    if (recent.length < seasonSteps) return { ...forecaster, recent };
    const model = firstModel(recent);
    return { ...forecaster, recent, tried: candidates.map(() => ({ model, error: 0 })) };
  }
  const scored = forecaster.scored + 1;
  // At first each error counts alike; from some seasons on old ones fade. Over less the luck of a few steps would decide.
  const share = Math.max(1 / scored, 1 / (errorSeasons * seasonSteps));
  const fade = (error: number, off: number) => error + share * (Math.abs(off) - error);
  const tried = forecaster.tried.map(({ model, error }, index) => {
    const smoothing = candidates[index] as Smoothing;
    return {
      model: learn(model, smoothing, value),
      error: fade(error, value - forecast(model, smoothing)),
    };
  });
  return {
    recent,
    scored,
    tried,
    naiveError: fade(forecaster.naiveError, value - (forecaster.recent[0] ?? value)),
  };
}

/** What nobody saw scores nothing. */
function unseen(forecaster: Forecaster, seasonSteps: number): Forecaster {
  const assumed = expectation(forecaster)?.value ?? forecaster.recent.at(-1);
  if (assumed === undefined) return forecaster;
  if (forecaster.tried.length === 0) return observe(forecaster, assumed, seasonSteps);
  const tried = forecaster.tried.map(({ model, error }, index) => {
    const smoothing = candidates[index] as Smoothing;
    return { model: learn(model, smoothing, forecast(model, smoothing)), error };
  });
  return { ...forecaster, tried, recent: [...forecaster.recent.slice(1), assumed] };
}
