import { ArchiveIndex } from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { partitionOfAgent } from "@tapline/core/buffer";
import { Cluster, type Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownRedisCluster } from "../../../tools/test-servers/index.ts";
import { archivedTaps, connectAs, deliver, deliverSurely, type Submitted, submit } from "./agent.fixture.ts";
import { flushBuffer } from "./jobs/flush-buffer.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let cluster: Awaited<ReturnType<typeof ownRedisCluster>>;
let path: TestPath;
let redis: Redis;
let workers: Running[];

beforeAll(async () => {
  [cluster, path] = await Promise.all([ownRedisCluster(), setUpPath()]);
  redis = connectRedis(cluster.url, () => undefined);
  const stages = "validation,encryption,transfer,kpi,audit";
  workers = await Promise.all(
    ["ingest", "buffer", stages].map((ROLE) => path.start({ ROLE, REDIS_URL: cluster.url })),
  );
}, 60_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop(2_000)));
  redis.disconnect();
  await path.end();
  await cluster.stop();
});

const tapsOf = (tracker: number, count: number): Submitted[] =>
  Array.from({ length: count }, (_, i) =>
    submit(tracker * 1_000 + i + 1, rawTap(path.trackers[tracker]!, i + 1)),
  );

test("on a Redis Cluster taps come to their receipts, are archived once, and the buffer ends empty", async () => {
  const port = workers[0]!.ingestPort!;
  const [one, two] = [connectAs(path, "gate-1", port), connectAs(path, "gate-2", port)];
  const [mine, theirs] = [tapsOf(0, 40), [...tapsOf(1, 40), ...tapsOf(2, 40)]];
  const [first, second] = await Promise.all([deliver(one, 1, mine, 30_000), deliver(two, 1, theirs, 30_000)]);
  const again = await deliver(two, 2, mine, 30_000);
  expect([...first.verdicts.values(), ...second.verdicts.values()].map(({ verdict }) => verdict)).toEqual(
    Array(120).fill("archived"),
  );
  expect([...again.verdicts.values()].map(({ verdict }) => verdict)).toEqual(Array(40).fill("duplicate"));
  const held = (await archivedTaps(path)).map(({ tracker, trackerSeq }) => `${tracker} ${trackerSeq}`);
  expect(new Set(held).size).toBe(120);
  expect(held).toHaveLength(120);
  const buffer = new SegmentBuffer(redis);
  await until("the buffer is empty", async () => (await buffer.backlog()).taps === 0);
  expect(await buffer.openSegments()).toEqual([]);
  await Promise.all([one.close(), two.close()]);
}, 90_000);

test("all three nodes are known, and what the console reads is there", async () => {
  expect(redis).toBeInstanceOf(Cluster);
  const sizes = await Promise.all((redis as unknown as Cluster).nodes("master").map((node) => node.dbsize()));
  expect(sizes).toHaveLength(3);
  await until("seconds are kept", async () => (await redis.xlen("tapline:{kpi}:seconds")) > 0);
  expect(await redis.get("tapline:{kpi}:cursor")).not.toBeNull();
});

test("a life that ends forgets its claims on the node that has them", async () => {
  const buffer = new SegmentBuffer(redis);
  const life = (await buffer.generation())!;
  const claims = async (): Promise<number> => {
    const nodes = (redis as unknown as Cluster).nodes("master");
    return (await Promise.all(nodes.map((node) => node.keys(`tapline:{p0}:tracker:${life}:*`)))).flat()
      .length;
  };
  expect(await claims()).toBeGreaterThan(0);
  const act = { actor: { kind: "operator" as const, id: "test" }, reason: "drill", atEpochMs: Date.now() };
  await flushBuffer(act, { buffer, index: new ArchiveIndex(path.prisma) });
  await until("the next life", async () => ![null, life].includes(await buffer.generation()), 30_000);
  await until("the claims are gone", async () => (await claims()) === 0);
}, 60_000);

test("partitions lie on more than one node, and what two of them have of one tracker is archived once", async () => {
  const slotOf = async (partition: number) => await redis.cluster("KEYSLOT", `{p${partition}}`);
  const nodeOf = async (partition: number) => Math.floor((await slotOf(partition)) / (16_384 / 3));
  const of = ["gate-1", "gate-2"].map((agent) => partitionOfAgent(agent, 5));
  expect(new Set([...of, 0]).size).toBe(3);
  expect(new Set(await Promise.all([0, ...of].map(nodeOf))).size).toBeGreaterThan(1);
  await Promise.all(workers.splice(0, 2).map((worker) => worker.stop(2_000)));
  const more = { REDIS_URL: cluster.url, TAPLINE_PARTITIONS: "5" };
  workers.unshift(...(await Promise.all(["ingest", "buffer"].map((ROLE) => path.start({ ROLE, ...more })))));
  const port = workers[0]!.ingestPort!;
  const [one, two] = [connectAs(path, "gate-1", port), connectAs(path, "gate-2", port)];
  const same = Array.from({ length: 40 }, (_, i) => submit(i + 1, rawTap(path.trackers[0]!, 1_001 + i)));
  const told = await Promise.all([deliverSurely(one, 11, same), deliverSurely(two, 11, same)]);
  const verdicts = told.flatMap((each) => [...each.values()].map(({ verdict }) => verdict)).toSorted();
  expect(verdicts).toEqual([...Array(40).fill("archived"), ...Array(40).fill("duplicate")]);
  const held = (await archivedTaps(path)).filter(({ trackerSeq }) => trackerSeq > 1_000);
  expect(held.map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b)).toEqual(
    same.map((_, i) => 1_001 + i),
  );
  const life = (await new SegmentBuffer(redis).generation())!;
  expect(await new SegmentBuffer(redis).endLife(life)).toBe(true);
  await Promise.all([one.close(), two.close()]);
}, 90_000);
