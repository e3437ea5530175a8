import type { KpiReadings } from "@tapline/core/kpi";

/** By then agents have been heard anew, ms: three of their usual intervals of reports. */
const heardAnewMs = 180_000;

type TakenReadings = { readonly readings: KpiReadings; readonly atEpochMs: number };

/** What stores say of levels, until it is evaluated. */
export class StoreReadings {
  readonly #ask: () => Promise<KpiReadings>;
  readonly #now: () => number;
  #taken: TakenReadings[] = [];
  #trustsAtMs = Number.NEGATIVE_INFINITY;

  /** @param now ms since 1970 */
  constructor(ask: () => Promise<KpiReadings>, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Asks the stores, however long they take. */
  async take(): Promise<KpiReadings> {
    const readings = await this.#ask();
    if (performance.now() >= this.#trustsAtMs) this.#taken.push({ readings, atEpochMs: this.#now() });
    return readings;
  }

  /** A clock was set: the times that stores name are of another one, and tell nothing until those who live were heard anew. */
  distrust(): void {
    this.#trustsAtMs = performance.now() + heardAnewMs;
    this.#taken = [];
  }

  /** Hands over what was taken since the last call. */
  drain(): TakenReadings[] {
    return this.#taken.splice(0);
  }
}
