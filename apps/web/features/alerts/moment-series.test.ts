import { expect, test } from "vitest";
import { gapsIn, latestOf, momentOfAlert, momentRows, momentTable, thresholdOf } from "./moment-series.ts";

const minute = 60_000;
const now = 1_000 * minute + 20_000;

test("a short alert is shown by the minute, with half an hour before it and no future", () => {
  const breachedAtEpochMs = now - 5 * minute;
  expect(momentOfAlert({ breachedAtEpochMs, returnedAtEpochMs: null }, now)).toEqual({
    ...{ fromEpochMs: 965 * minute, untilEpochMs: 1_001 * minute, resolutionMs: minute },
  });
});

test("one that stands for days is shown by the hour", () => {
  const moment = momentOfAlert({ breachedAtEpochMs: 0, returnedAtEpochMs: null }, 60 * 60 * minute);
  expect(moment).toEqual({
    fromEpochMs: 0 - 60 * minute,
    untilEpochMs: 3_600 * minute,
    resolutionMs: 60 * minute,
  });
});

test("what nobody knows is a gap, and the step under way is no value yet", () => {
  const moment = { fromEpochMs: 996 * minute, untilEpochMs: 1_001 * minute, resolutionMs: minute } as const;
  const points = [
    { startEpochMs: 996 * minute, value: 3 },
    { startEpochMs: 999 * minute, value: 5 },
    { startEpochMs: 1_000 * minute, value: 9 },
  ];
  const rows = momentRows(moment, points, now);
  expect(rows.map(({ value }) => value)).toEqual([3, null, null, 5, null]);
  expect(rows.map(({ tail }) => tail)).toEqual([null, null, null, 5, 9]);
  expect(gapsIn(rows, minute)).toEqual([{ from: 997 * minute, to: 999 * minute }]);
  expect(latestOf(rows, minute)).toEqual({ value: 9, endEpochMs: 1_001 * minute });
  expect(latestOf(momentRows(moment, [], now), minute)).toBeNull();
});

test("as a table each step has its value and the limit, where one is drawn", () => {
  const moment = { fromEpochMs: 999 * minute, untilEpochMs: 1_001 * minute, resolutionMs: minute } as const;
  const rows = momentRows(moment, [{ startEpochMs: 1_000 * minute, value: 9 }], now);
  const of = { name: "backlog.oldest_ms", unit: "ms" };
  expect(momentTable({ ...of, limit: 60 }, rows, minute)).toEqual({
    name: "backlog.oldest_ms",
    columns: [
      { name: "value", unit: "ms" },
      { name: "limit", unit: "ms" },
    ],
    rows: [
      {
        ...{ fromEpochMs: 999 * minute, untilEpochMs: 1_000 * minute },
        ...{ values: [null, 60], isUnfinished: false },
      },
      {
        ...{ fromEpochMs: 1_000 * minute, untilEpochMs: 1_001 * minute },
        ...{ values: [9, 60], isUnfinished: true },
      },
    ],
  });
  expect(momentTable({ ...of, limit: null }, rows, minute).rows[0]?.values).toEqual([null]);
});

test("only a threshold is a line of the figure itself", () => {
  expect(thresholdOf({ condition: { kind: "threshold", limit: { below: 2 }, deadBand: 0 } })).toBe(2);
  expect(thresholdOf({ condition: { kind: "absence", afterMs: 5_000 } })).toBeNull();
});
