import { connectPrisma, type PrismaClient, RestoreDrills } from "@tapline/adapters/prisma";
import { KpiTotalsBook } from "@tapline/adapters/prisma/kpi";
import { connectRedis, SegmentBuffer, TelemetryStream } from "@tapline/adapters/redis";
import { KpiStreams } from "@tapline/adapters/redis/live";
import type { KpiLive, KpiScope } from "@tapline/core/kpi";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { AgentSites } from "./agent-sites.ts";
import { startKpi } from "./kpi.ts";
import type { Role } from "./role.ts";

const leaseKey = "tapline:{kpi}:leader";
const minuteMs = 60_000;
const beginEpochMs = Date.UTC(2026, 10, 23, 12);

let server: Awaited<ReturnType<typeof ownRedis>>;
let prisma: PrismaClient;
let redis: Redis;
let nowEpochMs: number;
let publishers: Publishing[];

let clock: () => number;

/** A KPI service with a connection of its own, and all that it published. */
type Publishing = { role: Role; lives: KpiLive[]; die: () => void };

beforeEach(async () => {
  server = await ownRedis();
  prisma = connectPrisma(await freshDatabase());
  redis = connectRedis(server.url, () => undefined);
  nowEpochMs = beginEpochMs + 10_000;
  publishers = [];
  clock = () => nowEpochMs;
});
afterEach(async () => {
  await Promise.allSettled(publishers.map(({ role }) => role.stop(100)));
  for (const { die } of publishers) die();
  redis.disconnect();
  await prisma.$disconnect();
  await server.stop();
});

function start(): Publishing {
  const connections: Redis[] = [];
  const connect = () => {
    const made = connectRedis(server.url, () => undefined);
    connections.push(made);
    return made;
  };
  const own = connect();
  const lives: KpiLive[] = [];
  const role = startKpi({
    telemetry: new TelemetryStream(own),
    connect,
    telemetryOn: (connection) => new TelemetryStream(connection),
    backlogOn: (connection) => new SegmentBuffer(connection),
    streams: new KpiStreams(own),
    totals: new KpiTotalsBook(prisma),
    drills: new RestoreDrills(prisma),
    buffer: new SegmentBuffer(own),
    sites: new AgentSites(async () => new Map([["gate-1", "north"]]), pino({ level: "silent" })),
    clock: () => clock(),
    onLive: (live) => lives.push(live),
    log: pino({ level: "silent" }),
  });
  const publishing = {
    role,
    lives,
    die: () => {
      for (const made of connections) made.disconnect();
    },
  };
  publishers.push(publishing);
  return publishing;
}

const sign = {
  roles: ["ingest", "buffer", "validation", "encryption", "transfer"],
  awayArchives: [],
};

async function report(ingested: number): Promise<void> {
  await new TelemetryStream(redis).report({
    instance: "test",
    atEpochMs: nowEpochMs,
    counters: { "tap.ingested": ingested, "tap.archived": ingested, "tap.rejected": 1 },
    rejects: { unsigned: 1 },
    histograms: {},
    sign,
  });
}

const signs = async (count: number): Promise<void> => {
  const delta = { instance: "test", atEpochMs: nowEpochMs, counters: {}, rejects: {}, histograms: {} };
  for (let i = 0; i < count; i++) await new TelemetryStream(redis).report({ ...delta, sign });
};

const told = ({ lives }: Publishing): number => lives.at(-1)?.totals.archived ?? 0;
const sees = (who: Publishing, ingested: number) =>
  until(`${ingested} taps are counted`, () => told(who) === ingested, 8_000);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets the clock run until the second with all that was counted so far has been kept. */
async function keepSecond(): Promise<void> {
  const before = await redis.xlen("tapline:{kpi}:seconds");
  nowEpochMs += 1_000;
  await until("the second is kept", async () => (await redis.xlen("tapline:{kpi}:seconds")) > before);
}

test("a publisher that dies is replaced, and every delta is counted once", async () => {
  const first = start();
  await report(3);
  await sees(first, 3);
  await keepSecond();
  await report(4);
  await sees(first, 7);
  first.die();
  await report(5);
  const second = start();
  await sees(second, 12);
  expect(second.lives.at(-1)?.totals.rejected).toBe(3);
  await keepSecond();
  await report(1);
  await sees(second, 13);
  expect(Math.max(...second.lives.map(({ totals }) => totals.archived))).toBe(13);
  expect(second.lives[0]?.stream).not.toBe(first.lives[0]?.stream);
}, 30_000);

test("a second publisher stays quiet while the first holds the lease, and follows at once when it ends", async () => {
  const first = start();
  await report(1);
  await sees(first, 1);
  const second = start();
  await pause(4_000);
  expect(second.lives).toEqual([]);
  const held = await redis.get(leaseKey);
  expect(held).not.toBeNull();
  await first.role.stop(100);
  // It waits for no lease to run out.
  expect(await redis.get(leaseKey)).not.toBe(held);
  await sees(second, 1);
  const count = first.lives.length;
  await report(1);
  await sees(second, 2);
  expect(first.lives).toHaveLength(count);
}, 30_000);

test("totals are kept by the minute, and outlive both a restart and the loss of Redis", async () => {
  const book = new KpiTotalsBook(prisma);
  const first = start();
  await report(3);
  await sees(first, 3);
  await keepSecond();
  await report(4);
  await sees(first, 7);
  nowEpochMs = beginEpochMs + minuteMs + 500;
  await until("the totals are kept", async () => (await book.last()) !== null);
  await report(2);
  await sees(first, 9);
  expect(await book.last()).toMatchObject({
    totals: { archived: 7, rejected: 2 },
    untilEpochMs: beginEpochMs + minuteMs,
  });
  await first.role.stop(100);
  const second = start();
  await sees(second, 9);
  await second.role.stop(100);
  await redis.flushall();
  const third = start();
  await sees(third, 7);
}, 30_000);

test("what waits for a new publisher counts in the seconds in which it was reported, so no rate jumps", async () => {
  clock = Date.now;
  const flow = async (ms: number): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end; await pause(100)) await report(2);
  };
  const first = start();
  await flow(2_000);
  first.die();
  await flow(5_000);
  const second = start();
  while (second.lives.length === 0) await flow(500);
  await flow(1_500);
  const highest = Math.max(...second.lives.map(({ tapsPerSecond }) => tapsPerSecond ?? 0));
  expect(highest).toBeGreaterThan(5);
  expect(highest).toBeLessThan(30);
  const seconds = await new KpiStreams(redis).secondsSince(0);
  expect(Math.max(...seconds.map(({ ingested }) => ingested))).toBeLessThan(30);
  const starts = seconds.map(({ startEpochMs }) => startEpochMs);
  expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
}, 30_000);

test("a picture is published for what is news, not for each sign of life", async () => {
  const first = start();
  await report(1);
  await sees(first, 1);
  const before = first.lives.length;
  for (let i = 0; i < 5; i++) {
    await signs(5);
    await pause(60);
  }
  await report(2);
  await sees(first, 3);
  expect(first.lives).toHaveLength(before + 1);
});

test("under load there are 10 pictures a second at most, and none lags behind at the end", async () => {
  const first = start();
  const fromMs = performance.now();
  for (let i = 0; i < 300; i++) {
    await report(1);
    if (i % 10 === 0) await pause(10);
  }
  await sees(first, 300);
  expect(first.lives.length).toBeLessThanOrEqual((performance.now() - fromMs) / 99 + 2);
  expect(first.lives.map(({ seq }) => seq)).toEqual(first.lives.map((_, index) => index + 1));
});

test("seconds are kept by site and reader, too, and whoever follows counts each delta in one of them", async () => {
  const front: KpiScope = { site: "north", agent: "gate-1", reader: "front" };
  const ofReader = async (taps: number) => {
    const recorder = new TelemetryRecorder("test");
    recorder.countOfReader("tap.archived", "gate-1", "front", taps);
    const delta = recorder.take(nowEpochMs, sign);
    if (delta !== null) await new TelemetryStream(redis).report(delta);
  };
  const streams = new KpiStreams(redis);
  const counted = async (scope: KpiScope) =>
    (await streams.secondsOf(scope, beginEpochMs, nowEpochMs)).map(({ counts }) => counts["tap.archived"]);
  const first = start();
  await ofReader(3);
  await sees(first, 3);
  await keepSecond();
  await ofReader(4);
  await sees(first, 7);
  first.die();
  await ofReader(5);
  const second = start();
  await sees(second, 12);
  await keepSecond();
  expect(await counted(front)).toEqual([3, 9]);
  expect(await counted({ site: "north" })).toEqual([3, 9]);
  expect(await counted({ site: "south" })).toEqual([]);
}, 30_000);
