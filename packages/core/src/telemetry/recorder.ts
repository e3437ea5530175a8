import type { RejectReason } from "../tap/index.ts";
import type { CounterName, HistogramName, TelemetryDelta } from "./delta.ts";
import { Histogram } from "./histogram.ts";
import type { SignOfLife } from "./sign-of-life.ts";

/** Gathers what this process sees; `take` hands it over as one delta and begins anew. In memory only. */
export class TelemetryRecorder {
  readonly #instance: string;
  readonly #counters = new Map<CounterName, number>();
  readonly #rejects = new Map<RejectReason, number>();
  readonly #histograms = new Map<HistogramName, Histogram>();

  /** @param instance name of this process, unique among those running */
  constructor(instance: string) {
    this.#instance = instance;
  }

  count(name: CounterName, by = 1): void {
    if (by > 0) this.#counters.set(name, (this.#counters.get(name) ?? 0) + by);
  }

  reject(reason: RejectReason, by = 1): void {
    this.count("tap.rejected", by);
    this.#rejects.set(reason, (this.#rejects.get(reason) ?? 0) + by);
  }

  /** @param milliseconds how long it took @param times how many things took that long */
  time(name: HistogramName, milliseconds: number, times = 1): void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.#histograms.set(name, histogram);
    }
    histogram.record(milliseconds, times);
  }

  /** The delta since the last call, or `null` where nothing happened and no sign of life is due. */
  take(atEpochMs: number, sign: SignOfLife | null = null): TelemetryDelta | null {
    if (sign === null && this.#counters.size === 0 && this.#histograms.size === 0) return null;
    const delta: TelemetryDelta = {
      instance: this.#instance,
      atEpochMs,
      counters: Object.fromEntries(this.#counters),
      rejects: Object.fromEntries(this.#rejects),
      histograms: Object.fromEntries([...this.#histograms].map(([name, h]) => [name, h.data()])),
      ...(sign === null ? {} : { sign }),
    };
    this.#counters.clear();
    this.#rejects.clear();
    this.#histograms.clear();
    return delta;
  }
}
