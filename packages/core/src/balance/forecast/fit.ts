import { HoltWinters, type HoltWintersParameters } from "./holt-winters.ts";
import { type Scale, ScaledModel, scalesFor } from "./scale.ts";

type Candidate = { readonly scale: Scale; readonly parameters: HoltWintersParameters };
type Tried = Candidate & { readonly model: ScaledModel; readonly error: number };

const usual = { level: 0.02, trend: 0, season: 0.2 };
/** How much of an error is still there a step later: of noise that comes and goes little, of what wanders much. */
const errorCarries = [0.1, 0.3, 0.55, 0.8];
/** Calm and quick levels, with and without a trend, seasons that change slowly and faster. */
const speeds = [0.005, 0.02, 0.1, 0.3].flatMap((level) =>
  [0, 0.005].flatMap((trend) => [0.05, 0.2].map((season) => ({ level, trend, season }))),
);

function parametersOf({ level, trend, season }: typeof usual, errorCarry: number): HoltWintersParameters {
  return { level, trend, errorCarry, damping: 0.98, seasons: [season / 2, season] };
}

/**
 * The model that would have foretold the second half of a series best, `mostAhead` steps ahead, by mean absolute error; it has
 * learned from all of it. First scale and carry are chosen, then how fast the rest follows: all together would be six times as many.
 * @param values 0 or more, equally far apart, null where nobody knows
 * @param periods of the seasons in steps, the shortest first; those that fit into the first half are begun from it
 */
export function fitModel(
  values: readonly (number | null)[],
  periods: readonly number[],
  mostAhead: number,
): ScaledModel {
  const attempt = (candidate: Candidate): Tried => tried(candidate, values, periods, mostAhead);
  const bases = scalesFor(values).flatMap((scale) =>
    errorCarries.map((carry) => attempt({ scale, parameters: parametersOf(usual, carry) })),
  );
  const { scale, parameters } = best(bases);
  const { errorCarry } = parameters;
  return best(speeds.map((speed) => attempt({ scale, parameters: parametersOf(speed, errorCarry) }))).model;
}

function best(some: readonly Tried[]): Tried {
  return some.reduce((least, one) => (one.error < least.error ? one : least));
}

function tried(
  { scale, parameters }: Candidate,
  values: readonly (number | null)[],
  periods: readonly number[],
  mostAhead: number,
): Tried {
  const half = Math.floor(values.length / 2);
  const filled = periods.filter((period) => period <= half);
  const longest = filled.at(-1) ?? half;
  const firstCount = Math.max(1, Math.floor(half / longest) * longest);
  const first = values.slice(0, firstCount).map((value) => (value === null ? null : scale.to(value)));
  const model = new ScaledModel(new HoltWinters(parameters, periods, first), scale);
  let error = 0;
  for (let index = firstCount; index < values.length; index++) {
    const judged = values[index + mostAhead - 1];
    if (index >= half && judged != null) error += Math.abs(judged - model.forecast(mostAhead));
    model.add(values[index] ?? null);
  }
  return { scale, parameters, model, error };
}
