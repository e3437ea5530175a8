import type { HistoryBucket, HistoryFigures, KpiHistory } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import {
  describeSeries,
  hasValues,
  historyGaps,
  historyRows,
  isBlank,
  recentValues,
  type SeriesSpec,
  timeTicks,
} from "./history-series.ts";

function history(...rates: (number | null)[]): KpiHistory {
  const buckets = rates.map<HistoryBucket>((rate, index) => ({
    startEpochMs: index * 10_000,
    figures: rate === null ? null : ({ ingestedPerSecond: rate } as HistoryFigures),
    coveredMs: rate === null ? 0 : 10_000,
    unfinished: index === rates.length - 1,
  }));
  return { startEpochMs: 0, bucketMs: 10_000, buckets };
}

const taken: SeriesSpec = {
  key: "in",
  label: "Taps in",
  color: "--chart-in",
  of: (f) => f.ingestedPerSecond,
};

test("the unfinished bucket is drawn by a line of its own that begins at the last finished one", () => {
  const rows = historyRows(history(1, 2, 3), [taken]);
  expect(rows.map((row) => row.in)).toEqual([1, 2, null]);
  expect(rows.map((row) => row["in:tail"])).toEqual([null, 2, 3]);
});

test("a bucket without figures has no value, not zero", () => {
  expect(historyRows(history(0, null, 0), [taken]).map((row) => row.in)).toEqual([0, null, null]);
});

test("neighbouring holes are one gap; the unfinished bucket is none", () => {
  expect(historyGaps(history(null, null, 1, null, 2, null))).toEqual([
    { from: 0, to: 20_000 },
    { from: 30_000, to: 40_000 },
  ]);
});

test("an hour of nothing is told from an hour of zeros", () => {
  expect([isBlank(history(null, null)), isBlank(history(0, null))]).toEqual([true, false]);
  const zeros = historyRows(history(0, 0), [taken]);
  expect([hasValues(zeros, [taken]), hasValues(historyRows(history(0, 2), [taken]), [taken])]).toEqual([
    false,
    true,
  ]);
});

test("a sparkline shows the last finished buckets, holes as holes", () => {
  expect(recentValues(history(9, 1, null, 3, 4), 30_000, taken.of)).toEqual([1, null, 3]);
  expect(recentValues(undefined, 30_000, taken.of)).toEqual([]);
});

test("a series is told in words", () => {
  const format = (value: number) => `${value}/s`;
  expect(describeSeries(history(1, 7, 2, 99), taken, format)).toBe("Taps in: last 2/s, highest 7/s");
  expect(describeSeries(history(null, null), taken, format)).toBe("Taps in: nothing measured");
});

test("time ticks fall on full steps", () => {
  const hour = timeTicks(60_000, 3_660_000, 6);
  expect(hour).toEqual([600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000]);
});
