import { expect, test } from "vitest";
import { Histogram } from "../telemetry/index.ts";
import { downsample, type KpiPoint, spanOfPoint } from "./index.ts";
import { point as pointOf } from "./point.fixture.ts";

const point = (given: Partial<KpiPoint>) => spanOfPoint(pointOf(given));

const nowEpochMs = 1_800_000_005_000;
const window = { nowEpochMs, spanMs: 60_000, buckets: 6 };
const start = 1_799_999_950_000;

test("buckets begin at whole multiples of their length and the last contains now", () => {
  const history = downsample([], window);
  expect(history).toMatchObject({ startEpochMs: start, bucketMs: 10_000 });
  expect(history.buckets).toHaveLength(6);
  expect(history.buckets.map((bucket) => bucket.unfinished)).toEqual([
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test("a bucket without points is a gap, not a zero", () => {
  const history = downsample([point({ startEpochMs: start, ingested: 0 })], window);
  expect(history.buckets[0]?.figures?.ingestedPerSecond).toBe(0);
  expect(history.buckets[1]).toMatchObject({ figures: null, coveredMs: 0 });
});

test("a rate is the mean over the seconds that are known", () => {
  const seconds = [0, 1, 2, 3].map((second) =>
    point({ startEpochMs: nowEpochMs - 5000 + second * 1000, ingested: 10, archived: 5 }),
  );
  const last = downsample(seconds, window).buckets.at(-1);
  expect(last).toMatchObject({ unfinished: true, coveredMs: 4000 });
  expect(last?.figures).toMatchObject({ ingestedPerSecond: 10, archivedPerSecond: 5 });
});

test("latency quantiles come from the merged histograms", () => {
  const slow = new Histogram();
  slow.record(1000, 10);
  const fast = new Histogram();
  fast.record(10, 90);
  const figures = downsample(
    [
      point({ startEpochMs: start, tapToArchiveMs: slow.data() }),
      point({ startEpochMs: start + 1000, tapToArchiveMs: fast.data() }),
    ],
    window,
  ).buckets[0]?.figures;
  expect(figures?.tapToArchiveMs.count).toBe(100);
  expect(figures?.tapToArchiveMs.p50).toBeCloseTo(10, 0);
  expect(figures?.tapToArchiveMs.p99).toBeGreaterThan(985);
});

test("a minute's point gives its mean to each bucket where the seconds are missing, and only there", () => {
  const minute = point({ startEpochMs: start, resolutionMs: 60_000, ingested: 600 });
  const second = point({ startEpochMs: start + 20_000, ingested: 99 });
  const rates = downsample([minute, second], window).buckets.map((b) => b.figures?.ingestedPerSecond);
  expect(rates).toEqual([10, 10, 99, 10, 10, 10]);
});

test("minutes fill the part of a long bucket that no second covers", () => {
  const hour = { nowEpochMs: 1_800_000_000_000, spanMs: 24 * 3_600_000, buckets: 360 };
  const bucketStart = 1_800_000_000_000 - 240_000;
  const minutes = [0, 1, 2].map((n) =>
    point({ startEpochMs: bucketStart + n * 60_000, resolutionMs: 60_000, ingested: 60 }),
  );
  const seconds = Array.from({ length: 60 }, (_, n) =>
    point({ startEpochMs: bucketStart + 180_000 + n * 1000, ingested: 5 }),
  );
  const bucket = downsample([...seconds, ...minutes], hour).buckets.at(-2);
  expect(bucket).toMatchObject({ startEpochMs: bucketStart, coveredMs: 240_000 });
  expect(bucket?.figures?.ingestedPerSecond).toBe((180 + 300) / 240);
});

test("points outside the window are left out", () => {
  const outside = [point({ startEpochMs: start - 1000 }), point({ startEpochMs: nowEpochMs + 60_000 })];
  expect(downsample(outside, window).buckets.every((bucket) => bucket.figures === null)).toBe(true);
});

test("the same second told twice counts once", () => {
  const twice = [point({ startEpochMs: start, ingested: 7 }), point({ startEpochMs: start, ingested: 7 })];
  expect(downsample(twice, window).buckets[0]?.figures?.ingestedPerSecond).toBe(7);
});

test("a level that nobody read is unknown", () => {
  const [bucket] = downsample(
    [{ ...point({ startEpochMs: start, ingested: 7 }), levels: {} }],
    window,
  ).buckets;
  expect(bucket?.figures).toMatchObject({ ingestedPerSecond: 7, backlog: null, oldestAgeMs: null });
});
