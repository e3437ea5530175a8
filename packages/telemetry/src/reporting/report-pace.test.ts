import { expect, test } from "vitest";
import { delayUntilReport } from "./report-pace.ts";

test("the first thing after quiet leaves within 10 ms", () => {
  expect(delayUntilReport(60_000, false)).toBeLessThanOrEqual(10);
  expect(delayUntilReport(Number.POSITIVE_INFINITY, false)).toBeLessThanOrEqual(10);
});

test("while more and more comes, at most 20 reports leave in a second", () => {
  for (const sinceMs of [0, 1, 20, 44]) expect(sinceMs + delayUntilReport(sinceMs, false)).toBe(50);
});

test("what is urgent leaves at once, and a storm of it at most 200 times a second", () => {
  expect(delayUntilReport(60_000, true)).toBe(0);
  expect(delayUntilReport(5, true)).toBe(0);
  expect(delayUntilReport(1, true)).toBe(4);
});
