import type { HistoryBucket, HistoryFigures, KpiHistory } from "@tapline/core/kpi";

/** One line of a chart. */
export interface SeriesSpec {
  key: string;
  label: string;
  /** A colour token. */
  color: string;
  /** SVG dash pattern, so that lines differ not by colour alone. */
  dash?: string;
  of: (figures: HistoryFigures) => number | null;
}

/**
 * A row for the drawing: `at` is the middle of the bucket. Finished buckets are under `<key>`; the unfinished one,
 * with the last finished one to lead to it, under `<key>:tail`.
 */
export type HistoryRow = { at: number; startEpochMs: number; unfinished: boolean } & {
  [series: `${string}:tail` | string]: number | boolean | null;
};

/** A stretch of which nothing is known. */
export interface Gap {
  from: number;
  to: number;
}

export function historyRows(history: KpiHistory, series: readonly SeriesSpec[]): HistoryRow[] {
  return history.buckets.map((bucket, index) => {
    const isTail = bucket.unfinished || history.buckets[index + 1]?.unfinished === true;
    const row: HistoryRow = {
      at: bucket.startEpochMs + history.bucketMs / 2,
      startEpochMs: bucket.startEpochMs,
      unfinished: bucket.unfinished,
    };
    for (const { key, of } of series) {
      const value = bucket.figures === null ? null : of(bucket.figures);
      row[key] = bucket.unfinished ? null : value;
      row[`${key}:tail`] = isTail ? value : null;
    }
    return row;
  });
}

/** True where some line rises above zero, so that the axis has something to measure. */
export function hasValues(rows: readonly HistoryRow[], series: readonly SeriesSpec[]): boolean {
  return rows.some((row) => series.some(({ key }) => Number(row[key] ?? row[`${key}:tail`] ?? 0) > 0));
}

/** True where nothing at all is known of the time looked back on. */
export function isBlank(history: KpiHistory): boolean {
  return history.buckets.every((bucket) => bucket.figures === null);
}

/** Stretches without figures. A young unfinished bucket that holds nothing yet is no gap. */
export function historyGaps(history: KpiHistory): Gap[] {
  const gaps: Gap[] = [];
  for (const bucket of history.buckets) {
    if (bucket.figures !== null || bucket.unfinished) continue;
    const to = bucket.startEpochMs + history.bucketMs;
    const last = gaps.at(-1);
    if (last?.to === bucket.startEpochMs) last.to = to;
    else gaps.push({ from: bucket.startEpochMs, to });
  }
  return gaps;
}

/** Values of the last `spanMs` for a sparkline, the unfinished bucket left out. */
export function recentValues(
  history: KpiHistory | undefined,
  spanMs: number,
  of: (figures: HistoryFigures) => number | null,
): (number | null)[] {
  if (history === undefined) return [];
  const finished = history.buckets.filter((bucket) => !bucket.unfinished);
  return finished
    .slice(-Math.round(spanMs / history.bucketMs))
    .map((bucket) => (bucket.figures === null ? null : of(bucket.figures)));
}

/** What a chart says, in words, for those who do not see it. */
export function describeSeries(
  history: KpiHistory,
  spec: SeriesSpec,
  format: (value: number) => string,
): string {
  const values = history.buckets
    .map((bucket) => finishedValue(bucket, spec))
    .filter((value) => value !== null);
  const latest = values.at(-1);
  if (latest === undefined) return `${spec.label}: nothing measured`;
  return `${spec.label}: last ${format(latest)}, highest ${format(Math.max(...values))}`;
}

function finishedValue(bucket: HistoryBucket, spec: SeriesSpec): number | null {
  return bucket.unfinished || bucket.figures === null ? null : spec.of(bucket.figures);
}

/** Full ten minutes (or what divides the span into at most `most` parts) for the time axis. */
export function timeTicks(startEpochMs: number, endEpochMs: number, most: number): number[] {
  const minuteMs = 60_000;
  const steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240].map((minutes) => minutes * minuteMs);
  const step = steps.find((each) => (endEpochMs - startEpochMs) / each <= most) ?? 360 * minuteMs;
  const first = Math.ceil(startEpochMs / step) * step;
  const count = Math.max(0, Math.floor((endEpochMs - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
