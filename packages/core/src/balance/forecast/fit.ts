import { HoltWinters, type HoltWintersParameters } from "./holt-winters.ts";

/** What is tried: calm and quick levels, with and without a trend, seasons that change slowly and faster. */
const candidates: readonly HoltWintersParameters[] = [0.02, 0.1, 0.3].flatMap((level) =>
  [0, 0.005].flatMap((trend) =>
    [0.05, 0.2].flatMap((season) =>
      [0.3, 0.8].map((errorCarry) => ({
        ...{ level, trend, errorCarry, damping: 0.98 },
        seasons: [season / 2, season],
      })),
    ),
  ),
);

/**
 * The model that would have foretold the second half of a series best, one to `mostAhead` steps ahead, by mean absolute error;
 * it has learned from all of it.
 * @param values equally far apart, null where nobody knows
 * @param periods of the seasons in steps, the shortest first; those that fit into the first half are begun from it
 */
export function fitHoltWinters(
  values: readonly (number | null)[],
  periods: readonly number[],
  mostAhead: number,
): HoltWinters {
  const half = Math.floor(values.length / 2);
  const filled = periods.filter((period) => period <= half);
  const longest = filled.at(-1) ?? half;
  const firstCount = Math.max(1, Math.floor(half / longest) * longest);
  let best: { readonly model: HoltWinters; readonly error: number } | null = null;
  for (const parameters of candidates) {
    const model = new HoltWinters(parameters, periods, values.slice(0, firstCount));
    let error = 0;
    for (let index = firstCount; index < values.length; index++) {
      const judged = values[index + mostAhead - 1];
      if (index >= half && judged != null) error += Math.abs(judged - model.forecast(mostAhead));
      model.add(values[index] ?? null);
    }
    if (best === null || error < best.error) best = { model, error };
  }
  return (
    best?.model ?? new HoltWinters({ level: 0, trend: 0, seasons: [], damping: 1, errorCarry: 0 }, [], [])
  );
}
