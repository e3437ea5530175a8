import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { kpiKeys } from "@tapline/adapters/redis";
import { KpiStreams } from "@tapline/adapters/redis/live";
import { type KpiScope, mergePoints, spanOfPoint } from "@tapline/core/kpi";
import { freshDatabase, ownRedis } from "@tapline/tools/test-servers";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { livePicture, publishLive, publishSecond } from "../test-console.fixture.ts";
import { KpiStore } from "./kpi-store.ts";

const now = 1_800_000_005_000;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let prisma: PrismaClient;
let store: KpiStore;

beforeAll(async () => {
  server = await ownRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: 0, commandTimeout: 500 });
  redis.on("error", () => {});
  prisma = connectPrisma(await freshDatabase());
});
beforeEach(async () => {
  await redis.flushall();
  await Promise.all([prisma.kpiSpan.deleteMany(), prisma.installationFact.deleteMany()]);
  store = new KpiStore(redis, prisma, () => now);
});
afterAll(async () => {
  redis.disconnect();
  await prisma.$disconnect();
  await server.stop();
});

const second = (startEpochMs: number, ingested: number) => ({
  ...mergePoints([], { startEpochMs, resolutionMs: 1000 }),
  ingested,
});

test("gives the newest live picture, and null before the first", async () => {
  expect(await store.live()).toBeNull();
  await publishLive(redis, livePicture({ seq: 1 }));
  await publishLive(redis, livePicture({ seq: 2 }));
  expect(await store.live()).toMatchObject({ seq: 2 });
});

test("an entry that is not a live picture is no number", async () => {
  await redis.xadd("tapline:{kpi}:live", "*", "j", '{"tapsPerSecond": "many"}');
  expect(await store.live()).toBeNull();
});

test("merges seconds of Redis with minutes of PostgreSQL where the seconds are missing", async () => {
  await publishSecond(redis, second(now - 3000, 20));
  await publishSecond(redis, second(now - 2000, 10));
  const minute = { ...second(1_799_999_940_000, 600), resolutionMs: 60_000 };
  await new KpiSpans(prisma).keepMinutes([spanOfPoint(minute)], null, "1-0");
  const history = await store.history({ spanMs: 90_000, buckets: 9 });
  expect(history.buckets.map((bucket) => bucket.figures?.ingestedPerSecond ?? null)).toEqual([
    ...[null, null, 10, 10, 10, 10, 10, 10, 15],
  ]);
  expect(history.buckets.at(-1)).toMatchObject({ unfinished: true, coveredMs: 2000 });
});

test("a series tells what a KPI was for one reader by the minute, and for all by the second", async () => {
  const minuteMs = 60_000;
  const from = Math.floor(now / minuteMs) * minuteMs - 2 * minuteMs;
  const scope = { site: "north", agent: "gate-1", reader: "front" };
  const span = (minute: number, archived: number) => ({
    ...{ scope, startEpochMs: from + minute * minuteMs, resolutionMs: minuteMs },
    ...{ counts: { "tap.archived": archived }, times: {}, levels: {} },
  });
  await new KpiSpans(prisma).keepMinutes([span(0, 60), span(1, 30)], null, "1-0");
  const asked = { kpi: "taps.archived_per_second" as const, fromEpochMs: from, untilEpochMs: now };
  expect(await store.series({ ...asked, scope, resolutionMs: minuteMs })).toEqual({
    unit: "taps/s",
    points: [
      { startEpochMs: from, value: 1 },
      { startEpochMs: from + minuteMs, value: 0.5 },
    ],
  });
  await publishSecond(redis, { ...second(now - 5_000, 7), archived: 7 });
  const seconds = await store.series({ ...asked, scope: {}, resolutionMs: 1_000 });
  expect(seconds.points).toEqual([{ startEpochMs: now - 5_000, value: 7 }]);
});

test("a series of a site, an agent, a reader or an archive tells by the second what happened, where anything did", async () => {
  const at = Math.floor(now / 1_000) * 1_000 - 5_000;
  const reader = { site: "north", agent: "gate-1", reader: "front" };
  const span = (scope: KpiScope, archived: number) => ({
    ...{ scope, startEpochMs: at, resolutionMs: 1_000, counts: { "tap.archived": archived } },
    ...{ times: {}, levels: {} },
  });
  const scopes: KpiScope[] = [{ site: "north" }, { site: "north", agent: "gate-1" }, reader];
  const spans = [...scopes.map((scope, index) => span(scope, index + 2)), span({ archive: "main" }, 1)];
  await new KpiStreams(redis).keepSeconds([second(at, 4)], "1-0", spans);
  const asked = { kpi: "taps.archived_per_second" as const, resolutionMs: 1_000 };
  for (const [index, scope] of scopes.entries())
    expect(
      (await store.series({ ...asked, scope, fromEpochMs: at - 60_000, untilEpochMs: now })).points,
    ).toEqual([{ startEpochMs: at, value: index + 2 }]);
  expect(await redis.pttl(kpiKeys.second(at))).toBeGreaterThan(0);
});

test("a series of what a KPI is not kept for is refused, and so are levels by the second", async () => {
  const asked = { fromEpochMs: 0, untilEpochMs: 1_000, resolutionMs: 60_000 };
  const reader = { site: "north", agent: "gate-1", reader: "front" };
  await expect(store.series({ ...asked, kpi: "backlog.taps", scope: reader })).rejects.toMatchObject({
    code: "invalid-input",
  });
  const bySecond = { ...asked, kpi: "taps.in_per_second" as const, resolutionMs: 1_000 };
  await expect(store.series({ ...bySecond, kpi: "gaps.open", scope: {} })).rejects.toMatchObject({
    code: "invalid-input",
  });
  await expect(
    store.series({ ...bySecond, kpi: "gaps.open", scope: { site: "north" } }),
  ).rejects.toMatchObject({
    code: "invalid-input",
  });
});

test("a lost Redis is said by name, not shown as zero", async () => {
  await server.stop();
  await expect(store.live()).rejects.toMatchObject({ code: "unavailable", facts: { part: "redis" } });
  await expect(store.history({ spanMs: 60_000, buckets: 6 })).rejects.toMatchObject({ code: "unavailable" });
});
