import { z } from "zod";

/**
 * A mergeable histogram with exponential buckets (the idea of DDSketch, Masson et al., VLDB 2019): bucket `i`
 * holds values in (γ^(i-1), γ^i]. Any quantile is off by at most `relativeError` of the true value, whatever
 * was merged. Values at or below `minValue` share the zero bucket.
 */
export const relativeError = 0.01;

const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);
const minValue = 1e-3;

/** Sparse counts: `[bucket index, count]` pairs sorted by index; index `null` is not used, zero values count in `zero`. */
export const histogramDataSchema = z.strictObject({
  zero: z.int().min(0),
  buckets: z.array(z.tuple([z.int(), z.int().min(1)])),
});

export type HistogramData = z.infer<typeof histogramDataSchema>;

/** Gathers values of one kind and unit; `data()` is its mergeable, serialisable form. */
export class Histogram {
  #zero = 0;
  readonly #counts = new Map<number, number>();

  static from(...parts: readonly HistogramData[]): Histogram {
    const histogram = new Histogram();
    for (const part of parts) histogram.merge(part);
    return histogram;
  }

  /** @param times how often `value` occurred, default 1 */
  record(value: number, times = 1): void {
    if (value <= minValue) {
      this.#zero += times;
      return;
    }
    const index = Math.ceil(Math.log(value) / logGamma);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + times);
  }

  merge(other: HistogramData): void {
    this.#zero += other.zero;
    for (const [index, count] of other.buckets)
      this.#counts.set(index, (this.#counts.get(index) ?? 0) + count);
  }

  /** Takes out again what was merged before. */
  unmerge(other: HistogramData): void {
    this.#zero -= other.zero;
    for (const [index, count] of other.buckets) {
      const left = (this.#counts.get(index) ?? 0) - count;
      if (left > 0) this.#counts.set(index, left);
      else this.#counts.delete(index);
    }
  }

  get count(): number {
    let total = this.#zero;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** The value below which the share `q` (0-1) of all recorded values lies; `null` where nothing was recorded. */
  quantile(q: number): number | null {
    return this.quantiles([q])[0] ?? null;
  }

  /** The same for several shares, as they are given. */
  quantiles(shares: readonly number[]): (number | null)[] {
    const total = this.count;
    if (total === 0) return shares.map(() => null);
    const values = this.values();
    return shares.map((q) => {
      const rank = Math.max(1, Math.ceil(q * total));
      let seen = 0;
      for (const { value, count } of values) {
        seen += count;
        if (seen >= rank) return value;
      }
      return null;
    });
  }

  /** What was recorded, smallest first: each value to `relativeError`, and how often it occurred. */
  values(): { readonly value: number; readonly count: number }[] {
    const buckets = this.#sorted().map(([index, count]) => ({
      value: (2 * gamma ** index) / (gamma + 1),
      count,
    }));
    return this.#zero === 0 ? buckets : [{ value: 0, count: this.#zero }, ...buckets];
  }

  data(): HistogramData {
    return { zero: this.#zero, buckets: this.#sorted() };
  }

  clear(): void {
    this.#zero = 0;
    this.#counts.clear();
  }

  #sorted(): [number, number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }
}
