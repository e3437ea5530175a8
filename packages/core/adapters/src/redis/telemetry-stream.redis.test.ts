import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, ReadDeltas, type ReportedDelta, TelemetryStream, telemetryKeys } from "./index.ts";

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

test("of several that follow the stream in one process each delta is taken apart once", async () => {
  const deltas = new ReadDeltas();
  const [one, other] = [1, 2].map(() => new TelemetryStream(redis, (entry) => told.push(entry), deltas));
  for (const instance of ["a", "b"]) await stream.report(delta(instance));
  const first = await one?.next("0", 100);
  const second = (await other?.read("0"))?.reported;
  expect(first?.map((reported) => reported.delta.instance)).toEqual(["a", "b"]);
  for (const [i, reported] of (second ?? []).entries()) expect(reported.delta).toBe(first?.[i]?.delta);
});

test("what was read lately is held by what it says, and no more of it than fits", () => {
  const deltas = new ReadDeltas();
  const text = JSON.stringify(delta("a"));
  const held = deltas.of("1-0", text);
  expect(deltas.of("1-0", text)).toBe(held);
  // As where Redis lost its data, and gives an entry's name once more.
  expect(deltas.of("1-0", JSON.stringify(delta("b"))).instance).toBe("b");
  expect(() => deltas.of("2-0", "{")).toThrow(SyntaxError);
  const large = JSON.stringify(delta("c".repeat(300_000)));
  const before = deltas.of("1-0", text);
  for (const entry of ["3-0", "4-0", "5-0"]) deltas.of(entry, large);
  expect(deltas.of("1-0", text)).toBe(before);
  deltas.of("6-0", large);
  expect(deltas.of("1-0", text)).not.toBe(before);
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
