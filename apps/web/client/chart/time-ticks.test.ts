import { expect, test } from "vitest";
import { timeTicks } from "./time-ticks.ts";

test("time ticks fall on full steps", () => {
  const hour = timeTicks(60_000, 3_660_000, 6);
  expect(hour).toEqual([600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000]);
  expect(timeTicks(40_000, 80_000, 6)).toEqual([40_000, 50_000, 60_000, 70_000, 80_000]);
});
