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

/** Sparse counts: `[bucket index, count]` pairs, each index once, from the smallest on; zero values count in `zero`. */
export const histogramDataSchema = z.strictObject({
  zero: z.int().min(0),
  // One check for all of them: a schema of each pair was most of the work of reading a histogram.
  buckets: z.custom<[index: number, count: number][]>(
    areBuckets,
    "expected pairs of bucket and count, in order",
  ),
});

export type HistogramData = z.infer<typeof histogramDataSchema>;

function areBuckets(value: unknown): boolean {
  let last = Number.NEGATIVE_INFINITY;
  return (
    Array.isArray(value) &&
    value.every((pair: unknown) => {
      if (!Array.isArray(pair) || pair.length !== 2) return false;
      const [index, count] = pair as [number, number];
      const isBehind = index > last;
      last = index;
      return isBehind && Number.isSafeInteger(index) && Number.isSafeInteger(count) && count >= 1;
    })
  );
}

/** What `Histogram.quantile` says of `data`, for whoever asks that alone. */
export function quantileOf({ zero, buckets }: HistogramData, q: number): number | null {
  const total = buckets.reduce((sum, [, count]) => sum + count, zero);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = zero;
  if (seen >= rank) return 0;
  for (const [index, count] of buckets) {
    seen += count;
    if (seen >= rank) return middleOf(index);
  }
  return null;
}

/** Gathers values of one kind and unit; `data()` is its mergeable, serialisable form. */
export class Histogram {
  #zero = 0;
  /** Of all, so that nobody has to add them up. */
  #total = 0;
  readonly #counts = new Map<number, number>();
  /** Of `#counts`, from the smallest on; null where it has to be made anew. */
  #order: readonly number[] | null = null;

  static from(...parts: readonly HistogramData[]): Histogram {
    const histogram = new Histogram();
    for (const part of parts) histogram.merge(part);
    return histogram;
  }

  /** @param times how often `value` occurred, default 1 */
  record(value: number, times = 1): void {
    if (value <= minValue) this.#addZeros(times);
    else this.#add(Math.ceil(Math.log(value) / logGamma), times);
  }

  merge(other: HistogramData): void {
    this.#addZeros(other.zero);
    for (const [index, count] of other.buckets) this.#add(index, count);
  }

  /** Takes out again what was merged before. */
  unmerge(other: HistogramData): void {
    this.#addZeros(-other.zero);
    for (const [index, count] of other.buckets) {
      const known = this.#counts.get(index) ?? 0;
      if (known > count) this.#add(index, -count);
      else if (this.#counts.delete(index)) {
        this.#total -= known;
        this.#order = null;
      }
    }
  }

  get count(): number {
    return this.#total;
  }

  /** The value below which the share `q` (0-1) of all recorded values lies; `null` where nothing was recorded. */
  quantile(q: number): number | null {
    return this.quantiles([q])[0] ?? null;
  }

  /** The same for several shares, as they are given. */
  quantiles(shares: readonly number[]): (number | null)[] {
    const data = this.data();
    return shares.map((q) => quantileOf(data, q));
  }

  /** What was recorded, smallest first: each value to `relativeError`, and how often it occurred. */
  values(): { readonly value: number; readonly count: number }[] {
    const buckets = this.data().buckets.map(([index, count]) => ({ value: middleOf(index), count }));
    return this.#zero === 0 ? buckets : [{ value: 0, count: this.#zero }, ...buckets];
  }

  data(): HistogramData {
    return {
      zero: this.#zero,
      buckets: this.#sorted().map((index) => [index, this.#counts.get(index) ?? 0]),
    };
  }

  clear(): void {
    this.#zero = 0;
    this.#total = 0;
    this.#counts.clear();
    this.#order = null;
  }

  #addZeros(count: number): void {
    this.#zero += count;
    this.#total += count;
  }

  #add(index: number, count: number): void {
    const known = this.#counts.get(index);
    if (known === undefined) this.#order = null;
    this.#counts.set(index, (known ?? 0) + count);
    this.#total += count;
  }

  #sorted(): readonly number[] {
    this.#order ??= [...this.#counts.keys()].sort((a, b) => a - b);
    return this.#order;
  }
}

/** The middle of a bucket, from which its values are at most `relativeError` away. */
function middleOf(index: number): number {
  return (2 * gamma ** index) / (gamma + 1);
}
