import { randomUUID } from "node:crypto";
import {
  ceilingHoldsMs,
  connectRedis,
  forecastsKeptMs,
  partitionKeys,
  receiptTtlMs,
  wishesHoldMs,
} from "@tapline/adapters/redis";
import { readingHoldsMs } from "@tapline/core/encryption";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectAs, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let worker: Running;
let redis: Redis;

beforeAll(async () => {
  path = await setUpPath();
  worker = await path.start();
  redis = connectRedis(path.redis.url, () => undefined);
});
afterAll(async () => {
  await worker.stop(2_000);
  redis.disconnect();
  await path.end();
});

type Bound = (key: string) => Promise<boolean>;

const minuteMs = 60_000;
/** Ends by itself, at most so long from now. */
const within =
  (ms: number): Bound =>
  async (key) => {
    const left = await redis.pttl(key);
    // -2: it has ended meanwhile.
    return left === -2 || (left >= 0 && left <= ms);
  };
/** A stream that keeps about so many entries: Redis trims whole nodes of up to 100. */
const entries =
  (most: number): Bound =>
  async (key) =>
    (await redis.xlen(key)) <= most + 100;
const empty: Bound = async (key) => (await redis.xlen(key)) === 0;
/** As many members as there are processes, trackers of settings or figures, not taps. */
const small =
  (most: number): Bound =>
  async (key) => {
    const type = await redis.type(key);
    if (type === "string") return (await redis.strlen(key)) <= most * 64;
    const sizes: Record<string, () => Promise<number>> = {
      hash: () => redis.hlen(key),
      zset: () => redis.zcard(key),
      set: () => redis.scard(key),
      list: () => redis.llen(key),
    };
    return ((await sizes[type]?.()) ?? 0) <= most;
  };

/** Every key that Tapline may leave in Redis once all taps have their receipts, and what bounds it. */
const known: readonly (readonly [pattern: RegExp, bound: Bound])[] = [
  [/^tapline:\{p0\}:generation$/, small(1)],
  [/^tapline:\{p0\}:fence$/, small(1)],
  [/^tapline:\{p0\}:frames$/, empty],
  [/^tapline:\{p0\}:counts$/, small(3)],
  [/^tapline:\{p0\}:receipts:gate-[12]$/, within(receiptTtlMs)],
  [/^tapline:\{p0\}:tracker:/, within(30 * 24 * 60 * minuteMs)],
  [/^tapline:\{p0\}:credits:(held|leases)$/, small(2)],
  [/^tapline:\{p0\}:credits:ceilings$/, within(ceilingHoldsMs)],
  [/^tapline:\{p0\}:credits:agent:gate-[12]$/, within(minuteMs)],
  [/^tapline:\{p0\}:credits:refused:gate-[12]$/, within(24 * 60 * minuteMs)],
  [/^tapline:\{p0\}:keys:readings$/, within(readingHoldsMs)],
  [/^tapline:\{p0\}:telemetry:deltas$/, entries(10_000)],
  [/^tapline:\{p0\}:telemetry:services$/, within(10_000)],
  [/^tapline:\{p0\}:balance:wishes$/, within(wishesHoldMs)],
  [/^tapline:\{p0\}:balance:leader$/, within(3_000)],
  [/^tapline:\{p0\}:balance:forecasts$/, within(forecastsKeptMs)],
  [/^tapline:\{kpi\}:live$/, entries(100)],
  [/^tapline:\{kpi\}:seconds$/, entries(3_700)],
  [/^tapline:\{kpi\}:second:\d+$/, within(900_000)],
  [/^tapline:\{kpi\}:cursor$/, small(1)],
  [/^tapline:\{kpi\}:leader$/, within(3_000)],
  [/^tapline:\{alerts\}:live$/, entries(1_000)],
  [/^tapline:\{alerts\}:cursor$/, small(1)],
  [/^tapline:\{alerts\}:leader$/, within(3_000)],
  [
    /^tapline:\{p0\}:queue:(validation|encryption|transfer|proof|(?:validation|encryption|transfer)-green):(meta|marker|id)$/,
    small(8),
  ],
  [
    /^tapline:\{p0\}:queue:(validation|encryption|transfer|proof|(?:validation|encryption|transfer)-green):events$/,
    entries(100),
  ],
  [
    /^tapline:\{p0\}:queue:(validation|encryption|transfer|proof|(?:validation|encryption|transfer)-green):stalled-check$/,
    within(minuteMs),
  ],
  [/^tapline:\{p0\}:proof:[0-9a-f]{64}$/, within(15_000)],
  [/^tapline:\{alerts\}:queue:alert-(?:delivery|push):(meta|marker|id)$/, small(8)],
  [/^tapline:\{alerts\}:queue:alert-(?:delivery|push):events$/, entries(100)],
  [/^tapline:\{alerts\}:queue:alert-(?:delivery|push):stalled-check$/, within(minuteMs)],
];

async function faults(): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.keys("*")) {
    const bounds = known.filter(([pattern]) => pattern.test(key));
    if (bounds.length === 0) found.push(`${key} is not known`);
    for (const [, holds] of bounds) if (!(await holds(key))) found.push(`${key} is not bounded`);
  }
  return found;
}

test("once all taps have their receipts, every key in Redis is a known one, and bounded", async () => {
  const [one, two] = [
    connectAs(path, "gate-1", worker.ingestPort!),
    connectAs(path, "gate-2", worker.ingestPort!),
  ];
  const taps = path.trackers.flatMap((tracker, t) =>
    Array.from({ length: 20 }, (_, i) => submit(t * 20 + i + 1, rawTap(tracker, i + 1))),
  );
  await Promise.all([deliver(one, 1, taps), deliver(two, 1, [...taps, submit(99, Buffer.from("no tap"))])]);
  for (let i = 0; i < 150; i++) await one.post({ epoch: 1, taps: [taps[i % taps.length]] });
  const { counts } = partitionKeys(0);
  await until("all has ended", async () => (await redis.hget(counts, "buffered")) === "0", 30_000);
  expect(await redis.hgetall(counts)).toEqual({ buffered: "0", frames: "0", results: "0" });
  await until("the last jobs are forgotten", async () => (await faults()).length === 0, 10_000).catch(
    () => undefined,
  );
  expect(await faults()).toEqual([]);
  await Promise.all([one.close(), two.close()]);
}, 60_000);

test("a key that nobody has thought of is found, and one that lost its bound", async () => {
  const stray = `tapline:{p0}:${randomUUID()}`;
  await redis.set(stray, "");
  await redis.persist(partitionKeys(0).receipts("gate-1"));
  expect(await faults()).toEqual(
    expect.arrayContaining([
      `${stray} is not known`,
      `${partitionKeys(0).receipts("gate-1")} is not bounded`,
    ]),
  );
  await redis.del(stray);
});
