/** How fast each part follows the error of a forecast, 0-1. */
export type HoltWintersParameters = {
  readonly level: number;
  readonly trend: number;
  /** One for each season, the shortest first. */
  readonly seasons: readonly number[];
  /** What is left of a trend after each step: 1 = all of it. */
  readonly damping: number;
  /** How much of an error is still there a step later. */
  readonly errorCarry: number;
};

/** Errors beyond so many times the usual one are cut to that, so that a burst or an outage is not taken for the season. */
const mostErrors = 4;
/** How fast the usual error follows the errors. */
const errorMemory = 0.02;

/**
 * Exponential smoothing with a damped additive trend and additive seasons, several of which may overlap: a day and a week. In the
 * form that corrects each part by the error of the last forecast. Holt 1957, Winters 1960; the damping after Gardner and McKenzie
 * 1985, several seasons and the carried error after Taylor 2003 (J. Oper. Res. Soc. 54), cut errors after Gelper, Fried and Croux
 * 2010. Values are in any unit; steps are equally far apart.
 */
export class HoltWinters {
  readonly #parameters: HoltWintersParameters;
  #level: number;
  #trend = 0;
  readonly #seasons: number[][];
  #carried = 0;
  #usualError: number;
  /** Of the value that comes next, from the begin of the seasons. */
  #step = 0;

  /**
   * @param periods steps of each season, the shortest first, each a multiple of the one before it
   * @param first values to begin with: of the longest season that they fill; the others begin flat. A value is null where nobody
   * knows it. They are not learned from again.
   */
  constructor(
    parameters: HoltWintersParameters,
    periods: readonly number[],
    first: readonly (number | null)[],
  ) {
    this.#parameters = parameters;
    const known = first.filter((value) => value !== null);
    this.#level = mean(known) ?? 0;
    let rest = first.map((value) => (value === null ? null : value - this.#level));
    this.#seasons = periods.map((period) => {
      const repeats = Math.floor(first.length / period);
      const season = repeats === 0 ? Array<number>(period).fill(0) : slotMeans(rest, period, repeats);
      rest = rest.map((value, index) => (value === null ? null : value - (season[index % period] ?? 0)));
      return season;
    });
    this.#usualError = mean(known.map((value) => Math.abs(value - this.#level))) ?? 0;
    this.#step = first.length;
  }

  /** What is expected `ahead` steps after the last value, 1 = the next one. */
  forecast(ahead: number): number {
    const { damping, errorCarry } = this.#parameters;
    const trends = damping === 1 ? ahead : (damping * (1 - damping ** ahead)) / (1 - damping);
    let season = 0;
    for (const slots of this.#seasons) season += slots[(this.#step + ahead - 1) % slots.length] ?? 0;
    return this.#level + trends * this.#trend + season + this.#carried * errorCarry ** ahead;
  }

  /** Learns from the next value; from null, which nobody knows, that time goes by. */
  add(value: number | null): void {
    const { level, trend, seasons, damping, errorCarry } = this.#parameters;
    const error = value === null ? 0 : value - this.forecast(1);
    const most = mostErrors * this.#usualError;
    const cut = Math.min(most, Math.max(-most, error));
    this.#level += damping * this.#trend + level * cut;
    this.#trend = damping * this.#trend + trend * cut;
    for (const [index, slots] of this.#seasons.entries()) {
      const slot = this.#step % slots.length;
      slots[slot] = (slots[slot] ?? 0) + (seasons[index] ?? 0) * cut;
    }
    this.#carried = this.#carried * errorCarry + cut;
    if (value !== null) this.#usualError += errorMemory * (Math.abs(error) - this.#usualError);
    this.#step++;
  }
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Shorter seasons have slots that are too different. */
const smoothedFrom = 48;
/** A slot that was seen seldom says mostly chance: so many are told together, with the ones beside them. */
const seenEnough = 6;

/** The mean of each slot of a season that was seen `repeats` times. */
function slotMeans(values: readonly (number | null)[], period: number, repeats: number): number[] {
  const sums = Array<number>(period).fill(0);
  const counts = Array<number>(period).fill(0);
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const slot = index % period;
    sums[slot] = (sums[slot] ?? 0) + value;
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  const aside = period < smoothedFrom ? 0 : Math.floor(seenEnough / repeats / 2);
  return sums.map((_, slot) => {
    let [sum, count] = [0, 0];
    for (let near = slot - aside; near <= slot + aside; near++) {
      const at = (near + period) % period;
      sum += sums[at] ?? 0;
      count += counts[at] ?? 0;
    }
    return count === 0 ? 0 : sum / count;
  });
}
