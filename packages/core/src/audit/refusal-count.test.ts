import { expect, test } from "vitest";
import { RefusalCount } from "./index.ts";

test("thirty refusals a minute are told, and the next one says how many were passed over", () => {
  let nowEpochMs = 0;
  const refusals = new RefusalCount(() => nowEpochMs);
  expect(Array.from({ length: 33 }, () => refusals.count())).toEqual([
    ...Array.from({ length: 30 }, () => 0),
    ...[null, null, null],
  ]);
  nowEpochMs = 60_000;
  expect([refusals.count(), refusals.count()]).toEqual([3, 0]);
});
