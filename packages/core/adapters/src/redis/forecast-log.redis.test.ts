import type { ForecastTurn } from "@tapline/core/balance";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { balanceKeys, connectRedis, ForecastLog, forecastsKeptMs } from "./index.ts";

const minuteMs = 60_000;
const now = Math.floor(Date.now() / minuteMs) * minuteMs;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let log: ForecastLog;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  log = new ForecastLog(redis);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function turn(atEpochMs: number, came = 1): ForecastTurn {
  const foretold = { perSecond: 12_340, upToPerSecond: 23_450 };
  const each = { came, foretold };
  return {
    ...{ atEpochMs, dueEpochMs: atEpochMs + minuteMs, aheadMs: 59_123, isTrusted: true },
    services: { ingest: each, validation: each, encryption: each, transfer: each },
  };
}

test("turns are kept in order, for whoever reads them, and end by themselves", async () => {
  await log.add(turn(now - minuteMs));
  await new ForecastLog(redis).add(turn(now));
  expect(await log.last(now)).toEqual([turn(now - minuteMs), turn(now)]);
  const left = await redis.pttl(balanceKeys.forecasts);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(forecastsKeptMs);
});

test("a minute is told once, whoever tells it again", async () => {
  await log.add(turn(now, 5));
  await log.add(turn(now, 6));
  await log.add(turn(now - minuteMs, 7));
  expect((await log.last(now)).map(({ services }) => services.ingest?.came)).toEqual([5]);
});

test("a day of them is kept, in less than a megabyte", async () => {
  const filling = redis.pipeline();
  const days = 1.2;
  const minutes = Math.round(days * 1_440);
  for (let minute = minutes; minute > 0; minute--) {
    const one = turn(now - minute * minuteMs, 12_340 + minute);
    filling.xadd(balanceKeys.forecasts, `${one.atEpochMs}-0`, "j", JSON.stringify(one));
  }
  await filling.exec();
  await log.add(turn(now));
  expect(await redis.xlen(balanceKeys.forecasts)).toBe(1_441);
  expect(await log.last(now)).toHaveLength(1_441);
  expect(await redis.memory("USAGE", balanceKeys.forecasts, "SAMPLES", 0)).toBeLessThan(1_000_000);
});

test("what cannot be read is left out, and never guessed", async () => {
  await redis.xadd(balanceKeys.forecasts, `${now - minuteMs}-0`, "j", '{"of":"a newer version"}');
  await log.add(turn(now));
  expect(await log.last(now)).toEqual([turn(now)]);
});
