import { expect, test } from "vitest";
import { Histogram } from "../telemetry/index.ts";
import { kpiPointSchema, mergePoints } from "./index.ts";
import { point } from "./point.fixture.ts";

test("counts add up and rejects add up by reason", () => {
  const merged = mergePoints(
    [
      point({ startEpochMs: 0, ingested: 3, archived: 2, rejects: { schema: 1 } }),
      point({ startEpochMs: 1000, ingested: 4, archived: 5, rejects: { schema: 2, unsigned: 1 } }),
    ],
    { startEpochMs: 0, resolutionMs: 60_000 },
  );
  expect(merged).toMatchObject({ ingested: 7, archived: 7, rejects: { schema: 3, unsigned: 1 } });
  expect(merged).toMatchObject({ startEpochMs: 0, resolutionMs: 60_000 });
});

test("a merged histogram answers as if every value had been recorded in one place", () => {
  const whole = new Histogram();
  const parts = [new Histogram(), new Histogram()];
  for (let value = 1; value <= 1000; value++) {
    whole.record(value);
    parts[value % 2]!.record(value);
  }
  const merged = mergePoints(
    parts.map((part, index) => point({ startEpochMs: index * 1000, tapToArchiveMs: part.data() })),
    { startEpochMs: 0, resolutionMs: 2000 },
  );
  expect(merged.tapToArchiveMs).toEqual(whole.data());
});

test("levels are those of the point that ends last, whatever the order given", () => {
  const merged = mergePoints(
    [
      point({ startEpochMs: 1000, backlog: 9, oldestAgeMs: 800 }),
      point({ startEpochMs: 0, backlog: 2, oldestAgeMs: null }),
    ],
    { startEpochMs: 0, resolutionMs: 2000 },
  );
  expect(merged).toMatchObject({ backlog: 9, oldestAgeMs: 800 });
});

test("nothing merges to an empty point that the schema takes", () => {
  const merged = mergePoints([], { startEpochMs: 0, resolutionMs: 60_000 });
  expect(kpiPointSchema.parse(merged)).toMatchObject({ ingested: 0, backlog: 0, oldestAgeMs: null });
});
