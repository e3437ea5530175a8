import { Histogram, type HistogramData } from "../../telemetry/index.ts";

/** A window is cut into so many slices: it is exact to one of them. */
const slicesPerWindow = 60;
const shortestSliceMs = 250;

/** How long one slice of a window is, ms. */
export const sliceOf = (windowMs: number): number => Math.max(shortestSliceMs, windowMs / slicesPerWindow);

type Slice<Value> = { readonly startMs: number; value: Value };

/** What was added within the last `windowMs`, slice by slice; time never goes back. */
abstract class Sliding<Value> {
  readonly #windowMs: number;
  readonly #sliceMs: number;
  readonly #slices: Slice<Value>[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
    this.#sliceMs = sliceOf(windowMs);
  }

  /** When the oldest slice leaves the window; null where there is none. */
  get nextEndMs(): number | null {
    const [oldest] = this.#slices;
    return oldest === undefined ? null : oldest.startMs + this.#windowMs;
  }

  /** Lets go what has left the window at `nowMs`. */
  expire(nowMs: number): void {
    let gone = 0;
    for (const { startMs, value } of this.#slices) {
      if (startMs + this.#windowMs > nowMs) break;
      this.leave(value);
      gone++;
    }
    this.#slices.splice(0, gone);
  }

  protected put(value: Value, nowMs: number): void {
    const startMs = Math.floor(nowMs / this.#sliceMs) * this.#sliceMs;
    const last = this.#slices.at(-1);
    if (last !== undefined && last.startMs >= startMs) last.value = this.join(last.value, value);
    else this.#slices.push({ startMs, value });
  }

  protected abstract join(a: Value, b: Value): Value;
  protected abstract leave(value: Value): void;
}

type Sums = { readonly bad: number; readonly all: number };

/** Two counts within a window. */
export class SlidingSums extends Sliding<Sums> {
  bad = 0;
  all = 0;

  add(bad: number, all: number, nowMs: number): void {
    this.bad += bad;
    this.all += all;
    this.put({ bad, all }, nowMs);
  }

  protected join(a: Sums, b: Sums): Sums {
    return { bad: a.bad + b.bad, all: a.all + b.all };
  }

  protected leave({ bad, all }: Sums): void {
    this.bad -= bad;
    this.all -= all;
  }
}

/** A histogram of what was timed within a window. */
export class SlidingTimes extends Sliding<HistogramData> {
  readonly #whole = new Histogram();

  add(data: HistogramData, nowMs: number): void {
    this.#whole.merge(data);
    this.put(data, nowMs);
  }

  quantile(share: number): number | null {
    return this.#whole.quantile(share);
  }

  protected join(a: HistogramData, b: HistogramData): HistogramData {
    return Histogram.from(a, b).data();
  }

  protected leave(data: HistogramData): void {
    this.#whole.unmerge(data);
  }
}
