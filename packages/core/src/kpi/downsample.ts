import { Histogram } from "../telemetry/index.ts";
import type { KpiPoint, LatencySummary } from "./schema.ts";

/** What to look back on. */
export interface HistoryWindow {
  /** The wall clock now, ms; the last bucket contains it and is therefore unfinished. */
  nowEpochMs: number;
  spanMs: number;
  /** Wanted number of buckets; the bucket's length is rounded up to whole seconds. */
  buckets: number;
}

/** What is known of one bucket; rates are means over the part of it that points cover. */
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
  /** At the end of what is known of the bucket, taps. */
  backlog: number;
  oldestAgeMs: number | null;
}

export interface HistoryBucket {
  startEpochMs: number;
  /** `null` where no point says anything: a gap, not a zero. */
  figures: HistoryFigures | null;
  /** How much of the bucket the points cover, ms. */
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
 * Points of mixed resolution to a series of even buckets. In each stretch of a bucket the finest points win: a
 * one-minute point counts only where no one-second point lies. A point longer than the bucket gives its mean.
 */
export function downsample(points: readonly KpiPoint[], window: HistoryWindow): KpiHistory {
  const { startEpochMs, bucketMs, count } = historyEdges(window);
  const slices: Slice[][] = Array.from({ length: count }, () => []);
  const finestFirst = points.toSorted(
    (a, b) => a.resolutionMs - b.resolutionMs || a.startEpochMs - b.startEpochMs,
  );
  for (const point of finestFirst) {
    const endEpochMs = point.startEpochMs + point.resolutionMs;
    const first = Math.max(0, Math.floor((point.startEpochMs - startEpochMs) / bucketMs));
    const last = Math.min(count - 1, Math.ceil((endEpochMs - startEpochMs) / bucketMs) - 1);
    for (let index = first; index <= last; index++) {
      const from = Math.max(point.startEpochMs, startEpochMs + index * bucketMs);
      const to = Math.min(endEpochMs, startEpochMs + (index + 1) * bucketMs);
      const bucket = slices[index] ?? [];
      if (to > from && !bucket.some((slice) => slice.from < to && slice.to > from)) {
        bucket.push({ point, from, to });
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

/** The part of a point that lies in one bucket, `[from, to)`. */
interface Slice {
  point: KpiPoint;
  from: number;
  to: number;
}

function figuresOf(slices: readonly Slice[]): HistoryFigures | null {
  const [first] = slices;
  if (first === undefined) return null;
  const coveredMs = slices.reduce((total, slice) => total + slice.to - slice.from, 0);
  const perSecond = (pick: (point: KpiPoint) => number) =>
    slices.reduce((n, { point, from, to }) => n + pick(point) * ((to - from) / point.resolutionMs), 0) /
    (coveredMs / 1000);
  const latest = slices.reduce((last, slice) => (slice.to > last.to ? slice : last), first).point;
  const latency = Histogram.from(...slices.map((slice) => slice.point.tapToArchiveMs));
  return {
    ingestedPerSecond: perSecond((point) => point.ingested),
    archivedPerSecond: perSecond((point) => point.archived),
    rejectedPerSecond: perSecond((point) => Object.values(point.rejects).reduce((a, b) => a + b, 0)),
    duplicatesPerSecond: perSecond((point) => point.duplicates),
    tapToArchiveMs: {
      p50: latency.quantile(0.5),
      p95: latency.quantile(0.95),
      p99: latency.quantile(0.99),
      count: latency.count,
    },
    backlog: latest.backlog,
    oldestAgeMs: latest.oldestAgeMs,
  };
}
