import {
  connectRedis,
  ForecastLog,
  ServicesReports,
  TelemetryStream,
  WishBoard,
} from "@tapline/adapters/redis";
import { forecastMinutes, forecastStepMs, type ServiceWish } from "@tapline/core/balance";
import { Histogram, type ServiceHealth } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { type BalanceParts, type RunningBalance, startBalance } from "./balance.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let board: WishBoard;
let running: RunningBalance[];

beforeEach(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  board = new WishBoard(redis);
  running = [];
});
afterEach(async () => {
  await Promise.allSettled(running.map((role) => role.stop(100)));
  redis.disconnect();
  await server.stop();
});

function start(more: Partial<BalanceParts> = {}): RunningBalance {
  const role = startBalance({
    telemetryStream: new TelemetryStream(redis),
    reports: new ServicesReports(redis),
    queues: { depths: async () => [] },
    buffer: { backlog: async () => ({ taps: 0, oldestAtEpochMs: null, frameBytes: 0, resultBytes: 0 }) },
    history: { steps: async () => [] },
    limits: { bounds: new Map(), partitions: 1 },
    forecasts: new ForecastLog(redis),
    log: pino({ level: "silent" }),
    board,
    ...more,
  });
  running.push(role);
  return role;
}

const took = new Histogram().data();
const load = {
  ...{ spanMs: 1_000, requests: 0, errors: 0, took, memoryBytes: 1, loopDelayMs: 0 },
  redisMs: 1,
};

const row: ServiceHealth = {
  ...{ instance: "door", roles: ["ingest"], heardAtEpochMs: 1, isSilent: false, requestsPerSecond: 1 },
  ...{ errorRatio: 0, p50Ms: 2, p99Ms: 9, cpuRatio: 0.2, memoryBytes: 1, loopDelayMs: 0, redisMs: 1 },
  ...{ postgresqlMs: 1, queued: 0 },
};
const report = { atEpochMs: 1, services: [row], mesh: null };

/** A second in which the door took so many taps, 0.2 ms of the CPU each. */
async function second(taps: number): Promise<void> {
  await new TelemetryStream(redis).report({
    ...{ instance: "door", atEpochMs: 1, counters: { "tap.ingested": taps }, rejects: {}, histograms: {} },
    sign: {
      ...{ roles: ["ingest"], awayArchives: [] },
      load: { ...load, cpuRatio: taps * 0.0002, postgresqlMs: 1, queued: 0 },
    },
  });
  await new ServicesReports(redis).publish(report);
}

async function door(): Promise<ServiceWish | undefined> {
  return (await board.latest())?.services.find(({ service }) => service === "ingest");
}

test("wishes are told once a second, and rise with what the door takes", async () => {
  await second(100);
  start();
  await until("the first wish", async () => (await door())?.wish === 1);
  const first = (await board.latest())?.atEpochMs ?? 0;
  await second(600_000);
  const wish = await until("a higher one", async () => {
    const told = await door();
    return told !== undefined && told.wish > 1 && told;
  });
  expect(wish.mayLower).toBe(true);
  expect(wish.readings.arrivalsPerSecond).toBeGreaterThan(10_000);
  await until("the next one", async () => ((await board.latest())?.atEpochMs ?? 0) > first);
});

test("one of several tells, and the next goes on from its wishes when it is gone", async () => {
  await second(600_000);
  const one = start();
  await until("a wish", async () => ((await door())?.wish ?? 0) > 1);
  const wished = (await door())?.wish ?? 0;
  const other = start();
  expect(other.forecast()).toBeNull();
  expect(one.forecast()).not.toBeNull();
  await one.stop(100);
  // What it heard of before is gone: the next one knows of no load.
  await redis.del("tapline:{p0}:telemetry:deltas");
  await second(0);
  await until("the other tells", async () => other.forecast() !== null);
  const before = (await board.latest())?.atEpochMs ?? 0;
  await until("it has told", async () => ((await board.latest())?.atEpochMs ?? 0) > before);
  expect((await door())?.wish).toBeGreaterThanOrEqual(wished);
});

test("the forecast is made of history that was kept, so that a restart does not forget", async () => {
  const nowEpochMs = Date.now();
  const day = 24 * 3_600_000;
  const height = (epochMs: number): number => 500 + 400 * Math.sin((2 * Math.PI * epochMs) / day);
  const asked: number[] = [];
  const noise = (step: number): number => 1 + 0.2 * Math.sin(step * 12.9898);
  const history: BalanceParts["history"] = {
    steps: async (from, until) => {
      asked.push(from);
      const steps: { startEpochMs: number; perSecond: number }[] = [];
      for (let at = Math.max(from, nowEpochMs - 10 * day); at < until; at += forecastStepMs) {
        const startEpochMs = Math.ceil(at / forecastStepMs) * forecastStepMs;
        steps.push({ startEpochMs, perSecond: height(startEpochMs) * noise(startEpochMs / forecastStepMs) });
      }
      return steps;
    },
  };
  await second(500);
  const role = start({ history });
  const known = await until("what was is learnt", async () => {
    const forecast = role.forecast();
    return forecast !== null && forecast.mase !== null && forecast;
  });
  expect(known.mase).toBeLessThan(1);
  expect((asked[0] ?? 0) % forecastStepMs).toBe(0);
});

test("a store that hangs holds up nothing, and what nobody knows takes no replica away", async () => {
  await second(600_000);
  start({ queues: { depths: () => new Promise(() => undefined) } });
  await until("a wish all the same", async () => ((await door())?.wish ?? 0) > 1);
});

test("what is foretold and what came is kept at the turn of each minute, and stands after a change of processes", async () => {
  await second(60);
  const [minuteMs, firstTurn] = [60_000, 1_800_000_000_000];
  // Two seconds into a minute, and then into the next one: nobody waits for it to end.
  let nowEpochMs = firstTurn + 2_000;
  const spoken: BalanceParts["telemetryStream"] = {
    now: async () => nowEpochMs,
    read: async (after) => {
      const page = await new TelemetryStream(redis).read("0");
      const delta = page.reported[0]?.delta;
      const begun = Number(after.split("-")[0]) + 1_000;
      const reported = [];
      for (let atEpochMs = begun; delta !== undefined && atEpochMs <= nowEpochMs; atEpochMs += 1_000)
        reported.push({ entry: `${atEpochMs}-0`, atEpochMs, delta });
      return { ...page, reported, hasMore: false };
    },
  };
  const log = new ForecastLog(redis);
  const came = async () =>
    forecastMinutes("ingest", await log.last(nowEpochMs)).map((minute) => [
      (minute.startEpochMs - firstTurn) / minuteMs,
      minute.came,
    ]);
  const parts = { telemetryStream: spoken, reports: { latest: async () => report } };
  const one = start(parts);
  await until("the first turn", async () => (await log.last(nowEpochMs)).length === 1);
  await one.stop(100);
  nowEpochMs += minuteMs;
  start(parts);
  await until("the next one, by the other", async () => (await log.last(nowEpochMs)).length === 2);
  const told = await came();
  expect(told.map(([minute]) => minute)).toEqual([-1, 0, 1, 2]);
  expect(told.slice(0, 2).map(([, perSecond]) => perSecond)).toEqual([60, 60]);
  expect(told.slice(2).map(([, perSecond]) => perSecond)).toEqual([null, null]);
});

test("a log of forecasts that hangs holds up no wish", async () => {
  let nowEpochMs = 1_800_000_000_000;
  const asked: number[] = [];
  const add = ({ atEpochMs }: { atEpochMs: number }) => {
    asked.push(atEpochMs);
    return new Promise<void>(() => undefined);
  };
  const now = async () => (nowEpochMs += 500);
  const read = (after: string) => new TelemetryStream(redis).read(after);
  start({ forecasts: { add }, telemetryStream: { now, read } });
  await until("the turn is to be kept", async () => asked.length === 1);
  const before = (await board.latest())?.atEpochMs ?? 0;
  await until("the next wish", async () => ((await board.latest())?.atEpochMs ?? 0) > before);
  expect(asked).toEqual([1_800_000_000_000]);
});
