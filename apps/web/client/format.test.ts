import { expect, test } from "vitest";
import { formatAge, formatCount, formatMoment, formatMs, formatRate, formatTime } from "./format.ts";

test("counts are grouped and rates keep one decimal while they are small", () => {
  expect(formatCount(1234567)).toBe("1,234,567");
  expect([formatRate(0), formatRate(12.34), formatRate(1234.5)]).toEqual(["0.0", "12.3", "1,235"]);
});

test("what was not measured is a dash, never a zero", () => {
  expect([formatMs(null), formatMs(0), formatMs(8.44), formatMs(142.4)]).toEqual(["–", "0.0", "8.4", "142"]);
});

test("an age is told in the largest unit that fits", () => {
  expect([180, 12_900, 61_000, 3_700_000, 90_000_000].map(formatAge)).toEqual([
    ...["0.2 s", "12 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"],
  ]);
});

test("times are told in UTC when asked for", () => {
  expect(formatTime(Date.UTC(2026, 4, 1, 14, 3, 7), "utc")).toBe("14:03:07");
  expect(formatTime(Date.UTC(2026, 4, 1, 14, 3, 7), "utc", false)).toBe("14:03");
  expect(formatMoment(Date.UTC(2026, 4, 1, 14, 3, 7), "utc")).toBe("Fri 1 May, 14:03:07");
});
