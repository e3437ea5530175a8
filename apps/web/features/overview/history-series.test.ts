import type { HistoryBucket, HistoryFigures, KpiHistory } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import {
  describeSeries,
  highestValue,
  historyGaps,
  historyIn,
  historyRows,
  historyTable,
  isBlank,
  recentValues,
  type SeriesSpec,
  tickNames,
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

test("as a table each bucket has its figures, and nothing where nothing is known", () => {
  const { columns, rows } = historyTable("Throughput", history(0, null, 2), [taken], "taps/s");
  expect(columns).toEqual([{ name: "Taps in", unit: "taps/s" }]);
  expect(rows.map(({ values }) => values)).toEqual([[0], [null], [2]]);
  expect(rows.at(-1)).toMatchObject({ fromEpochMs: 20_000, untilEpochMs: 30_000, isUnfinished: true });
});

test("of a stretch there is what lies in it, by half or more", () => {
  const { startEpochMs, buckets } = historyIn(history(1, 2, 3, 4), {
    fromEpochMs: 11_000,
    untilEpochMs: 30_000,
  });
  expect(startEpochMs).toBe(10_000);
  expect(buckets.map(({ figures }) => figures?.ingestedPerSecond)).toEqual([2, 3]);
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
  expect([highestValue(zeros, [taken]), highestValue(historyRows(history(0, 2), [taken]), [taken])]).toEqual([
    0, 2,
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

test.each([
  [8_000, "ms", 2_000, "2,000"],
  [225_000, "ms", 75_000, "75 s"],
  [450_000, "ms", 112_500, "112.5 s"],
  [1_800_000, "ms", 450_000, "7.5 min"],
  [86_400_000, "ms", 21_600_000, "6 h"],
  [6_000, "taps/s", 1_500, "1,500"],
  [300_000, "taps/s", 75_000, "75 k"],
  [0, "ms", 0.5, "0.5"],
])(
  "on an axis up to %d %s the tick at %d is %s, short enough to stand there whole",
  (highest, unit, value, name) => {
    const nameOf = tickNames(highest, unit);
    expect(nameOf(value)).toBe(name);
    expect(nameOf(0)).toBe("0");
    expect(nameOf(highest).length).toBeLessThanOrEqual(7);
  },
);
