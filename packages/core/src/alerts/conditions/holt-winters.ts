/** How fast a model follows: its level, trend and season, each 0-1, and by how much a trend fades with each step. */
export type Smoothing = {
  readonly level: number;
  readonly trend: number;
  readonly season: number;
  readonly damping: number;
};

/** What a model has learnt. `at`: the place in the season of the value that comes next. */
export type HoltWinters = {
  readonly level: number;
  readonly trend: number;
  readonly season: readonly number[];
  readonly at: number;
};

/** A model from the values of one whole season: their mean, no trend, and how far each was from the mean. */
export function firstModel(values: readonly number[]): HoltWinters {
  const level = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { level, trend: 0, season: values.map((value) => value - level), at: 0 };
}

/** The next value, as the model expects it. */
export function forecast({ level, trend, season, at }: HoltWinters, { damping }: Smoothing): number {
  return level + damping * trend + (season[at] ?? 0);
}

/**
 * The model after one more value: additive Holt-Winters with a damped trend (Hyndman, Athanasopoulos: Forecasting, Principles and
 * Practice, 3rd edition, section 8.3).
 */
export function learn(model: HoltWinters, smoothing: Smoothing, value: number): HoltWinters {
  const faded = smoothing.damping * model.trend;
  const seasonal = model.season[model.at] ?? 0;
  const level = mix(smoothing.level, value - seasonal, model.level + faded);
  const trend = mix(smoothing.trend, level - model.level, faded);
  const season = model.season.with(model.at, mix(smoothing.season, value - model.level - faded, seasonal));
  return { level, trend, season, at: (model.at + 1) % model.season.length };
}

function mix(share: number, one: number, other: number): number {
  return share * one + (1 - share) * other;
}
