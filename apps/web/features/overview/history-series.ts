import type { HistoryBucket, HistoryFigures, KpiHistory } from "@tapline/core/kpi";
import { holds, type Stretch } from "../../client/chart/stretch.ts";
import type { ChartTable } from "../../client/chart/table.ts";
import * as strings from "../../strings/generated/overview/history-series.ts";
import { language } from "../../strings/locale.ts";

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

/** Of all that is known, what lies in a stretch. */
export function historyIn(history: KpiHistory, shown: Stretch): KpiHistory {
  const { bucketMs, startEpochMs } = history;
  const buckets = history.buckets.filter((bucket) => holds(shown, bucket.startEpochMs, bucketMs));
  return { bucketMs, buckets, startEpochMs: buckets[0]?.startEpochMs ?? startEpochMs };
}

/** What the chart draws, to take away. */
export function historyTable(
  name: string,
  { buckets, bucketMs }: KpiHistory,
  series: readonly SeriesSpec[],
  unit: string,
): ChartTable {
  return {
    name,
    columns: series.map(({ label }) => ({ name: label, unit })),
    rows: buckets.map(({ startEpochMs, figures, unfinished }) => ({
      ...{ fromEpochMs: startEpochMs, untilEpochMs: startEpochMs + bucketMs, isUnfinished: unfinished },
      values: series.map(({ of }) => (figures === null ? null : of(figures))),
    })),
  };
}

/** The highest that some line rises to; 0: there is nothing for the axis to measure. */
export function highestValue(rows: readonly HistoryRow[], series: readonly SeriesSpec[]): number {
  const values = rows.flatMap((row) => series.map(({ key }) => Number(row[key] ?? row[`${key}:tail`] ?? 0)));
  return Math.max(0, ...values);
}

const tickFormat = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format;

/** How an axis up to `highest` names its ticks: at most seven characters, all by one unit, which they name where it is not `unit`. */
export function tickNames(highest: number, unit: string): (value: number) => string {
  const largeTimes = [
    { from: 7_200_000, divisor: 3_600_000, suffix: " h" },
    { from: 600_000, divisor: 60_000, suffix: strings.min },
    { from: 10_000, divisor: 1_000, suffix: " s" },
  ];
  const largeCounts = [
    { from: 100_000_000, divisor: 1_000_000, suffix: " M" },
    { from: 100_000, divisor: 1_000, suffix: " k" },
  ];
  const scale = (unit === "ms" ? largeTimes : largeCounts).find(({ from }) => highest >= from);
  if (scale === undefined) return tickFormat;
  return (value) => (value === 0 ? "0" : `${tickFormat(value / scale.divisor)}${scale.suffix}`);
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
  if (latest === undefined) return strings.labelNothingMeasured({ label: spec.label });
  return strings.labelLastLatestHighestValue({
    label: spec.label,
    latest: format(latest),
    value: format(Math.max(...values)),
  });
}

function finishedValue(bucket: HistoryBucket, spec: SeriesSpec): number | null {
  return bucket.unfinished || bucket.figures === null ? null : spec.of(bucket.figures);
}
