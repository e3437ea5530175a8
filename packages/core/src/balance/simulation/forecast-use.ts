import { naiveSteps, stepMs } from "../forecast/forecaster.ts";
import { RollingError, worstMase } from "../forecast/rolling-error.ts";

/** How well a forecast did in the steps for which it was used, by the measure by which it is believed: over all of them. */
export class ForecastUse {
  readonly #values = new Map<number, number>();
  /** By how far ahead, the next step first. */
  readonly #errors: RollingError[] = [];
  /** By when a step begins, what was expected of it, by how far ahead. */
  readonly #expected = new Map<number, number[]>();
  #steps = 0;

  /** Steps for which a forecast was used and that have ended. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Mean absolute scaled error of the distance ahead that errs most; the scale is whichever of the same times a day and a week before
   * errs less. null where a forecast was used too little to say.
   */
  mase(): number | null {
    return worstMase(this.#errors);
  }

  /**
   * Takes in a step that has ended, and what is expected then.
   * @param coming of the steps behind it, the next one first; empty where no forecast may be used
   */
  add(startMs: number, value: number, coming: readonly number[]): void {
    const expected = this.#expected.get(startMs);
    this.#expected.delete(startMs);
    const naive = naiveSteps.map((steps) => this.#values.get(startMs - steps * stepMs) ?? null);
    if (expected !== undefined) this.#steps++;
    expected?.forEach((forecast, distance) => {
      this.#errorOf(distance).judge(value, forecast, naive);
    });
    this.#values.set(startMs, value);
    for (const [distance, forecast] of coming.entries()) this.#expect(startMs, distance, forecast);
  }

  #expect(startMs: number, distance: number, forecast: number): void {
    const dueMs = startMs + (distance + 1) * stepMs;
    const expected = this.#expected.get(dueMs) ?? [];
    expected[distance] = forecast;
    this.#expected.set(dueMs, expected);
  }

  #errorOf(distance: number): RollingError {
    const error = this.#errors[distance] ?? new RollingError(Number.POSITIVE_INFINITY);
    this.#errors[distance] = error;
    return error;
  }
}
