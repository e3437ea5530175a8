import type { KpiLive } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { isNewer, newest } from "./newest.ts";

const picture = (stream: string, seq: number, atEpochMs: number) => ({ stream, seq, atEpochMs }) as KpiLive;

test("within one life of the publisher the higher number is newer, whatever its clock says", () => {
  expect(isNewer(picture("a", 2, 0), picture("a", 1, 1000))).toBe(true);
  expect(isNewer(picture("a", 1, 2000), picture("a", 2, 1000))).toBe(false);
});

test("the same picture twice is not newer", () => {
  expect(isNewer(picture("a", 2, 1000), picture("a", 2, 1000))).toBe(false);
});

test("a new life begins its numbers anew: there the clock decides", () => {
  expect(isNewer(picture("b", 1, 2000), picture("a", 900, 1000))).toBe(true);
  expect(isNewer(picture("a", 900, 1000), picture("b", 1, 2000))).toBe(false);
});

test("a late answer does not push a newer picture out, nor does an empty one", () => {
  const known = picture("a", 5, 1000);
  expect(newest(known, picture("a", 4, 900))).toBe(known);
  expect(newest(known, null)).toBe(known);
  expect(newest(undefined, null)).toBeNull();
  expect(newest(null, known)).toBe(known);
});
