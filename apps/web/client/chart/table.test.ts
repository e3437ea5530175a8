import { expect, test } from "vitest";
import { type ChartTable, chartCsv, chartFileName } from "./table.ts";

const startEpochMs = Date.UTC(2026, 10, 30, 1, 40);
const table: ChartTable = {
  name: "Tap → archive",
  columns: [
    { name: "p50", unit: "ms" },
    { name: 'the "slow", late', unit: "" },
  ],
  rows: [
    {
      fromEpochMs: startEpochMs,
      untilEpochMs: startEpochMs + 10_000,
      values: [1.25, true],
      isUnfinished: false,
    },
    {
      fromEpochMs: startEpochMs + 10_000,
      untilEpochMs: startEpochMs + 20_500,
      values: [null, false],
      isUnfinished: true,
    },
  ],
};

test("a table as CSV names units and the zone, leaves open what is not known, and quotes what would divide cells", () => {
  expect(chartCsv(table)).toBe(
    [
      'from (UTC),until (UTC),p50 (ms),"the ""slow"", late",finished',
      "2026-11-30T01:40:00Z,2026-11-30T01:40:10Z,1.25,yes,yes",
      "2026-11-30T01:40:10Z,2026-11-30T01:40:20.500Z,,no,no",
      "",
    ].join("\r\n"),
  );
});

test("its file is called by what it is of, and when", () => {
  expect(chartFileName(table, "csv")).toBe("tapline-tap-archive-20261130T0140Z-20261130T0140Z.csv");
  expect(chartFileName({ ...table, name: "→", rows: [] }, "png")).toBe("tapline-chart.png");
});
