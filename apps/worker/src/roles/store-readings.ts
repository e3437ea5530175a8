import type { KpiReadings } from "@tapline/core/kpi";
import { ReportAges } from "./report-ages.ts";

/** By then taps that waited while a clock was set have gone on, or have been told of, ms. */
const partsHoldMs = 180_000;

type TakenReadings = { readonly readings: KpiReadings; readonly atEpochMs: number };

/** What stores say of levels, until it is evaluated. */
export class StoreReadings {
  readonly #ask: () => Promise<KpiReadings>;
  readonly #now: () => number;
  readonly #steady: () => number;
  readonly #ages = new ReportAges();
  #taken: TakenReadings[] = [];
  #trustsAtMs = Number.NEGATIVE_INFINITY;

  /** @param now ms since 1970 @param steady ms, by a clock that nobody sets */
  constructor(
    ask: () => Promise<KpiReadings>,
    now: () => number,
    steady: () => number = () => performance.now(),
  ) {
    this.#ask = ask;
    this.#now = now;
    this.#steady = steady;
  }

  /** Asks the stores, however long they take. */
  async take(): Promise<KpiReadings> {
    const { fleet: stamped, gaps, ...parts } = await this.#ask();
    const [atEpochMs, atMs] = [this.#now(), this.#steady()];
    const fleet = stamped && this.#ages.readable(stamped, atEpochMs, atMs);
    const ofAgents = { ...(fleet && { fleet }), ...(gaps && { gaps }) };
    const readings = { ...ofAgents, ...parts };
    this.#taken.push({ readings: atMs >= this.#trustsAtMs ? readings : ofAgents, atEpochMs });
    return readings;
  }

  /**
   * A clock was set: the times that stores name are of another one. Agents are judged on, by the ages of their reports; of the rest nothing
   * is told for a while.
   */
  distrust(): void {
    this.#ages.clockWasSet();
    this.#trustsAtMs = this.#steady() + partsHoldMs;
    this.#taken = [];
  }

  /** Hands over what was taken since the last call. */
  drain(): TakenReadings[] {
    return this.#taken.splice(0);
  }
}
