import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, type ReportedDelta, TelemetryStream, telemetryKeys } from "./index.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let told: string[];
let stream: TelemetryStream;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
beforeEach(async () => {
  await redis.flushall();
  told = [];
  stream = new TelemetryStream(redis, (entry) => told.push(entry));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const delta = (instance: string) => ({
  ...{ instance, atEpochMs: 1, counters: {}, rejects: {}, histograms: {} },
  sign: { roles: ["ingest"], awayArchives: [] },
});
const add = (text: string) => redis.xadd(telemetryKeys.deltas, "*", "j", text);
const instancesOf = (reported: readonly ReportedDelta[]) => reported.map((one) => one.delta.instance);

test("what cannot be read is passed over, and told once", async () => {
  await stream.report(delta("a"));
  const unread = [
    await add("{"),
    await add('{"instance":7}'),
    await redis.xadd(telemetryKeys.deltas, "*", "x", ""),
  ];
  await stream.report(delta("b"));
  for (let i = 0; i < 2; i++) {
    expect(instancesOf((await stream.read("0")).reported)).toEqual(["a", "b"]);
    expect(instancesOf(await stream.next("0", 100))).toEqual(["a", "b"]);
  }
  expect(told).toEqual(unread);
});

test("a page of nothing else hides nothing behind it", async () => {
  const step = redis.pipeline();
  for (let i = 0; i < 1_000; i++) step.xadd(telemetryKeys.deltas, "*", "j", "{");
  await step.exec();
  expect(await stream.read("0")).toEqual({ reported: [], hasMore: false });
  expect(await stream.next("0", 10)).toEqual([]);
  await stream.report(delta("a"));
  expect(instancesOf((await stream.read("0")).reported)).toEqual(["a"]);
  expect(instancesOf(await stream.next("0", 1_000))).toEqual(["a"]);
  expect(await stream.heard(60_000)).toMatchObject([{ instance: "a", roles: ["ingest"] }]);
});

test("a page says whether there may be more, also where it holds what cannot be read", async () => {
  const step = redis.pipeline();
  for (let i = 0; i < 1_000; i++)
    step.xadd(telemetryKeys.deltas, "*", "j", i === 500 ? "{" : JSON.stringify(delta(`i-${i}`)));
  await step.exec();
  const { reported, hasMore } = await stream.read("0");
  expect([reported.length, hasMore]).toEqual([999, true]);
  expect(await stream.read(reported.at(-1)?.entry ?? "")).toEqual({ reported: [], hasMore: false });
});

test("who waits behind one that cannot be read gets what comes next", async () => {
  const own = connectRedis(server.url, () => undefined);
  await add("{");
  const next = new TelemetryStream(own).next("0", 20_000);
  await stream.report(delta("a"));
  expect(instancesOf(await next)).toEqual(["a"]);
  own.disconnect();
});
