/** How well forecasts of one distance did lately, against what the same time of the last season was. */
export type ForecastScore = {
  /**
   * Mean absolute scaled error: what forecasts were wrong by, as a share of what the seasonal naive forecast was wrong by over the
   * same steps (Hyndman and Koehler 2006, but scaled by the very steps that are judged, not by those of a training time). Below 1
   * they are better. null where too little is known.
   */
  readonly mase: number | null;
  /** By so much the value was above the forecast at most, but for the share `1 - bandShare` of the time. */
  readonly above: number;
};

/** Of what is above the forecast the band takes in so much, 0-1. */
const bandShare = 0.55;
/** Fewer judged steps say nothing. */
const leastJudged = 24;

type Judged = { readonly error: number; readonly naiveErrors: readonly (number | null)[] };

/** What forecasts and one season's naive ones were wrong by, over the steps for which both are known. */
type Sums = { own: number; naive: number; count: number };

/** Judges forecasts once their time has come, over the last `window` steps; `Infinity`: over all. */
export class RollingError {
  readonly #window: number;
  readonly #judged: Judged[] = [];
  readonly #sums: Sums[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  /** @param naive what the same time of each season before was, as far as known */
  judge(value: number, forecast: number, naive: readonly (number | null)[]): void {
    const naiveErrors = naive.map((one) => (one === null ? null : Math.abs(value - one)));
    this.#count({ error: value - forecast, naiveErrors }, 1);
    this.#judged.push({ error: value - forecast, naiveErrors });
    if (this.#judged.length <= this.#window) return;
    const past = this.#judged.shift();
    if (past !== undefined) this.#count(past, -1);
  }

  /** Against the season that foretells best. */
  mase(): number | null {
    let worst: number | null = null;
    for (const { own, naive, count } of this.#sums) {
      if (count < Math.min(leastJudged, this.#window)) continue;
      worst = Math.max(worst ?? 0, naive <= count * 1e-9 ? Number.POSITIVE_INFINITY : own / naive);
    }
    return worst;
  }

  score(): ForecastScore {
    const errors = this.#judged.map(({ error }) => error).toSorted((a, b) => a - b);
    const above = Math.max(0, errors[Math.max(0, Math.ceil(bandShare * errors.length) - 1)] ?? 0);
    return { mase: this.mase(), above };
  }

  #count({ error, naiveErrors }: Judged, times: 1 | -1): void {
    for (const [season, naive] of naiveErrors.entries()) {
      if (naive === null) continue;
      const sums = this.#sums[season] ?? { own: 0, naive: 0, count: 0 };
      this.#sums[season] = sums;
      sums.own += times * Math.abs(error);
      sums.naive += times * naive;
      sums.count += times;
    }
  }
}

/** Of several distances the one that errs most, each against the season that foretells it best; null where too little is known of one. */
export function worstMase(errors: readonly RollingError[]): number | null {
  const mases = errors.map((error) => error.mase());
  const known = mases.filter((mase) => mase !== null);
  return known.length === 0 || known.length < mases.length ? null : Math.max(...known);
}
