import { expect, test } from "vitest";
import { afterQuota, duplicatesCount, isKeptWhole, refusedCount, usualTapBytes } from "./index.ts";

test("a refused tap counts once, and once more for each further KiB begun", () => {
  expect([0, 1, usualTapBytes, 1_024, 1_025, 32 * 1_024].map(refusedCount)).toEqual([1, 1, 1, 1, 2, 32]);
});

test("the first row of duplicates in a segment counts nothing, each further one once", () => {
  expect([0, 1, 2, 1_000].map(duplicatesCount)).toEqual([0, 0, 1, 999]);
});

test("beyond the quota as much again comes free twice, and taps of usual size are kept whole all the same", () => {
  expect(afterQuota(100)).toBe(200);
  expect([0, usualTapBytes, 1_024, 1_025, 32 * 1_024].map(isKeptWhole)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
