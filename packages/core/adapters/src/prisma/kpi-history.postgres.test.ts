import type { KpiPoint } from "@tapline/core/kpi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma, KpiHistory, type PrismaClient } from "./index.ts";

let prisma: PrismaClient;
let history: KpiHistory;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  history = new KpiHistory(prisma);
});
afterAll(() => prisma.$disconnect());

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;
const beginEpochMs = Date.UTC(2026, 10, 23, 12);

const point = (minute: number, ingested: number): KpiPoint => ({
  startEpochMs: beginEpochMs + minute * minuteMs,
  resolutionMs: minuteMs,
  ingested,
  archived: ingested,
  duplicates: 0,
  rejects: { unsigned: 1 },
  segments: 1,
  archiveBytes: 10,
  tapToArchiveMs: { zero: 0, buckets: [] },
  backlog: 0,
  oldestAgeMs: null,
});
const totals = (ingested: number) => ({
  ingested,
  archived: ingested,
  duplicates: 0,
  rejected: 0,
  segments: 1,
});

test("there are no totals before the first minute", async () => {
  expect(await history.totals()).toBeNull();
  expect(await history.minutes(0, beginEpochMs * 2)).toEqual([]);
});

test("minutes come back whole, oldest first, from a span that is open at its end", async () => {
  for (const minute of [2, 0, 1]) await history.keepMinute(point(minute, minute + 1), totals(minute + 1));
  expect(await history.minutes(beginEpochMs, beginEpochMs + 2 * minuteMs)).toEqual([
    point(0, 1),
    point(1, 2),
  ]);
});

test("a minute kept again takes the place of the first, and totals say up to when they count", async () => {
  await history.keepMinute(point(1, 50), totals(77));
  expect(await history.minutes(point(1, 0).startEpochMs, point(2, 0).startEpochMs)).toEqual([point(1, 50)]);
  expect(await history.totals()).toEqual({ totals: totals(77), untilEpochMs: point(2, 0).startEpochMs });
});

test("minutes are forgotten after 30 days, totals never", async () => {
  const later = point((31 * dayMs) / minuteMs, 9);
  await history.keepMinute(later, totals(90));
  expect(await history.minutes(0, beginEpochMs + 40 * dayMs)).toEqual([later]);
  expect((await history.totals())?.totals).toEqual(totals(90));
});
