import { expect, test } from "vitest";
import { heldRanges } from "./held-ranges.ts";

test("numbers that an outbox holds are told as ranges, and where there are many the lowest", () => {
  expect(heldRanges([], 3)).toEqual([]);
  expect(heldRanges([4], 3)).toEqual([[4, 4]]);
  expect(heldRanges([1, 2, 3, 7, 9, 10], 3)).toEqual([
    [1, 3],
    [7, 7],
    [9, 10],
  ]);
  expect(heldRanges([1, 2, 3, 7, 9, 10], 2)).toEqual([
    [1, 3],
    [7, 7],
  ]);
});
