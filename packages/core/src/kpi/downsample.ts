import { type CounterName, Histogram } from "../telemetry/index.ts";
import type { LatencySummary } from "./schema.ts";
import type { KpiSpan } from "./spans.ts";

/** What to look back on. */
export interface HistoryWindow {
  /** The wall clock now, ms; the last bucket contains it and is therefore unfinished. */
  nowEpochMs: number;
  spanMs: number;
  /** Wanted number of buckets; the bucket's length is rounded up to whole seconds. */
  buckets: number;
}

/** What is known of one bucket; rates are means over the part of it that spans cover. */
export interface HistoryFigures {
  /** Taps/s. */
  ingestedPerSecond: number;
  /** Taps/s. */
  archivedPerSecond: number;
  /** Taps/s. */
  rejectedPerSecond: number;
  /** Taps/s. */
  duplicatesPerSecond: number;
  tapToArchiveMs: LatencySummary;
  /** At the end of what is known of the bucket, taps; null where nobody read it. */
  backlog: number | null;
  oldestAgeMs: number | null;
}

export interface HistoryBucket {
  startEpochMs: number;
  /** `null` where no span says anything: a gap, not a zero. */
  figures: HistoryFigures | null;
  /** How much of the bucket the spans cover, ms. */
  coveredMs: number;
  /** True for the bucket that `nowEpochMs` lies in. */
  unfinished: boolean;
}

export interface KpiHistory {
  startEpochMs: number;
  bucketMs: number;
  buckets: HistoryBucket[];
}

/** The window's edges: buckets begin at whole multiples of their length, so that two readers cut alike. */
export function historyEdges(window: HistoryWindow): {
  startEpochMs: number;
  bucketMs: number;
  count: number;
} {
  const bucketMs = Math.max(1000, Math.ceil(window.spanMs / window.buckets / 1000) * 1000);
  const count = Math.max(1, Math.ceil(window.spanMs / bucketMs));
  const last = Math.floor(window.nowEpochMs / bucketMs) * bucketMs;
  return { startEpochMs: last - (count - 1) * bucketMs, bucketMs, count };
}

/**
 * Spans of mixed resolution to a series of even buckets. In each stretch of a bucket the finest spans win: a minute counts only
 * where no second lies. A span longer than the bucket gives its mean.
 */
export function downsample(spans: readonly KpiSpan[], window: HistoryWindow): KpiHistory {
  const { startEpochMs, bucketMs, count } = historyEdges(window);
  const slices: Slice[][] = Array.from({ length: count }, () => []);
  const finestFirst = spans.toSorted(
    (a, b) => a.resolutionMs - b.resolutionMs || a.startEpochMs - b.startEpochMs,
  );
  for (const span of finestFirst) {
    const endEpochMs = span.startEpochMs + span.resolutionMs;
    const first = Math.max(0, Math.floor((span.startEpochMs - startEpochMs) / bucketMs));
    const last = Math.min(count - 1, Math.ceil((endEpochMs - startEpochMs) / bucketMs) - 1);
    for (let index = first; index <= last; index++) {
      const from = Math.max(span.startEpochMs, startEpochMs + index * bucketMs);
      const to = Math.min(endEpochMs, startEpochMs + (index + 1) * bucketMs);
      const bucket = slices[index] ?? [];
      if (to > from && !bucket.some((slice) => slice.from < to && slice.to > from)) {
        bucket.push({ span, from, to });
      }
    }
  }
  const buckets = slices.map((bucket, index) => ({
    startEpochMs: startEpochMs + index * bucketMs,
    figures: figuresOf(bucket),
    coveredMs: bucket.reduce((total, slice) => total + slice.to - slice.from, 0),
    unfinished: index === count - 1,
  }));
  return { startEpochMs, bucketMs, buckets };
}

/** The part of a span that lies in one bucket, `[from, to)`. */
interface Slice {
  span: KpiSpan;
  from: number;
  to: number;
}

function figuresOf(slices: readonly Slice[]): HistoryFigures | null {
  const [first] = slices;
  if (first === undefined) return null;
  const coveredMs = slices.reduce((total, slice) => total + slice.to - slice.from, 0);
  const perSecond = (name: CounterName) =>
    slices.reduce(
      (n, { span, from, to }) => n + (span.counts[name] ?? 0) * ((to - from) / span.resolutionMs),
      0,
    ) /
    (coveredMs / 1000);
  const { levels } = slices.reduce((last, slice) => (slice.to > last.to ? slice : last), first).span;
  const backlog = levels["backlog.taps"] ?? null;
  const latency = Histogram.from(...slices.flatMap(({ span }) => span.times["tap.to_archive_ms"] ?? []));
  const [p50 = null, p95 = null, p99 = null] = latency.quantiles([0.5, 0.95, 0.99]);
  return {
    ingestedPerSecond: perSecond("tap.ingested"),
    archivedPerSecond: perSecond("tap.archived"),
    rejectedPerSecond: perSecond("tap.rejected"),
    duplicatesPerSecond: perSecond("tap.duplicate"),
    tapToArchiveMs: { p50, p95, p99, count: latency.count },
    backlog,
    oldestAgeMs: backlog === 0 ? null : (levels["backlog.oldest_ms"] ?? null),
  };
}
