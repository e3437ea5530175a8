import { expect, test } from "vitest";
import { refusedCount, usualTapBytes } from "./index.ts";

test("a refused tap counts once, and once more for each further KiB begun", () => {
  expect([0, 1, usualTapBytes, 1_024, 1_025, 32 * 1_024].map(refusedCount)).toEqual([1, 1, 1, 1, 2, 32]);
});
