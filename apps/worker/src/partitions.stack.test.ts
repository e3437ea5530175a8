import { ArchiveIndex } from "@tapline/adapters/prisma";
import { connectRedis, partitionKeys, SegmentBuffer, WishBoard } from "@tapline/adapters/redis";
import type { Wishes } from "@tapline/core/balance";
import { assignPartitions, partitionOfAgent, partitionOfSegment } from "@tapline/core/buffer";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { archivedTaps, connectAs, deliver, deliverSurely, type Submitted, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";
import { forkWorker } from "./worker-process.fixture.ts";

const agents = ["gate-1", "gate-2"] as const;
/** So few that the two agents are not in the same one, and in none that there is with one. */
const partitions = [4, 5, 6, 7, 8, 9, 10, 11, 12].find((count) => {
  const [one, two] = agents.map((agent) => partitionOfAgent(agent, count));
  return one !== two && one !== 0 && two !== 0;
})!;
const [ofOne, ofTwo] = agents.map((agent) => partitionOfAgent(agent, partitions)) as [number, number];
const many = { TAPLINE_PARTITIONS: String(partitions) };
const stages = "validation,encryption,transfer";

let path: TestPath;
let redis: Redis;
let running: Running[];

beforeAll(async () => {
  path = await setUpPath();
  redis = connectRedis(path.redis.url, () => undefined);
}, 60_000);
beforeEach(() => {
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((worker) => worker.stop(2_000)));
});
afterAll(async () => {
  redis.disconnect();
  await path.end();
});

async function start(changes: Record<string, string>): Promise<Running> {
  const worker = await path.start(changes);
  running.push(worker);
  return worker;
}

/** Of the given tracker, numbers from `first` on. */
const tapsOf = (tracker: number, first: number, count: number): Submitted[] =>
  Array.from({ length: count }, (_, i) =>
    submit(tracker * 10_000 + first + i, rawTap(path.trackers[tracker]!, first + i)),
  );
const verdictsOf = (verdicts: ReadonlyMap<number, { verdict: string }>): string[] =>
  [...verdicts.values()].map(({ verdict }) => verdict);

/** Every tap that the archive holds, once each. */
async function expectOnce(trackers: Readonly<Record<number, number>>): Promise<void> {
  const held = (await archivedTaps(path)).map(({ tracker, trackerSeq }) => `${tracker}/${trackerSeq}`);
  const due = Object.entries(trackers).flatMap(([tracker, count]) =>
    Array.from({ length: count }, (_, i) => `${path.trackers[Number(tracker)]!.id}/${i + 1}`),
  );
  expect(held.toSorted()).toEqual(due.toSorted());
}

test("more partitions under way, a lost one, and fewer again: nothing is lost, and nothing twice", async () => {
  const one = await start({ ROLE: "ingest" });
  const lone = await start({ ROLE: "buffer" });
  await start({ ROLE: stages });
  const [a, b] = agents.map((agent) => connectAs(path, agent, one.ingestPort!)) as [Client, Client];
  expect(verdictsOf((await deliver(a, 1, tapsOf(0, 1, 20))).verdicts)).toEqual(Array(20).fill("archived"));
  // While taps are on their way, a buffer and a door come that are set to more.
  const [wide] = await Promise.all([
    start({ ROLE: "ingest", ...many }),
    start({ ROLE: "buffer", ...many }),
    deliverSurely(a, 2, tapsOf(0, 21, 40)),
  ]);
  const [c, d] = agents.map((agent) => connectAs(path, agent, wide!.ingestPort!)) as [Client, Client];
  const buffer = new SegmentBuffer(redis);
  await until("all stand", async () => (await buffer.partitions()) === partitions, 30_000);
  // One tracker, at two agents of different partitions, by doors of the old kind and the new, at the same time.
  const same = tapsOf(1, 1, 60);
  const [first, second, third] = await Promise.all([
    deliverSurely(c, 3, same),
    deliverSurely(d, 3, same),
    deliverSurely(b, 4, same),
  ]);
  const told = [first, second, third].flatMap(verdictsOf);
  expect(told.filter((verdict) => verdict === "archived")).toHaveLength(60);
  expect(told.filter((verdict) => verdict === "duplicate")).toHaveLength(120);
  await expectOnce({ 0: 60, 1: 60 });
  const ended = await path.prisma.auditEntry.findMany({ where: { subject: { startsWith: "segment/" } } });
  const cutFrom = new Set(ended.map(({ id }) => partitionOfSegment(id)));
  expect([0, ofOne, ofTwo].filter((partition) => !cutFrom.has(partition))).toEqual([]);

  // A shard that comes back empty.
  const life = await buffer.generation();
  const keys = await redis.keys(`tapline:{p${ofOne}}:*`);
  await redis.unlink(...keys);
  const [afterLoss, other] = await Promise.all([
    deliverSurely(c, 5, tapsOf(2, 1, 40)),
    deliverSurely(d, 5, tapsOf(2, 1, 40)),
  ]);
  expect([...verdictsOf(afterLoss), ...verdictsOf(other)].filter((is) => is === "archived")).toHaveLength(40);
  await until("another life", async () => ![null, life].includes(await buffer.generation()), 30_000);
  await expectOnce({ 0: 60, 1: 60, 2: 40 });

  // Nobody who is set to many cuts any more: what lies there goes its way all the same.
  await deliverSurely(c, 6, tapsOf(2, 41, 5));
  await Promise.all(
    running.filter((worker) => ![one, wide, lone].includes(worker)).map((w) => w.stop(2_000)),
  );
  running = [one, wide!, lone];
  await start({ ROLE: stages });
  await deliverSurely(c, 7, tapsOf(2, 46, 10));
  await until("all is empty", async () => (await buffer.backlog()).taps === 0);
  await expectOnce({ 0: 60, 1: 60, 2: 55 });
  expect(await new ArchiveIndex(path.prisma).generation()).toBe(await buffer.generation());
  for (const key of await redis.keys("tapline:{p*}:segment:*")) expect(key).toBe("none left");
  await Promise.all([a, b, c, d].map((client) => client.close()));
}, 120_000);

test("partitions of a process that is killed are cut by the others", async () => {
  const door = await start({ ROLE: `ingest,${stages}`, ...many });
  const cutting = await Promise.all([forkWorker(path, "buffer", many), forkWorker(path, "buffer", many)]);
  const members = async (): Promise<string[]> =>
    await redis.zrange(`tapline:{p0}:cutters:${partitions}`, 0, "-1");
  let both: string[] = [];
  const bothCut = async (): Promise<boolean> => {
    both = await members();
    return both.length === 2;
  };
  await until("both cut", bothCut, 30_000);
  const [a, b] = agents.map((agent) => connectAs(path, agent, door.ingestPort!)) as [Client, Client];
  const before = await Promise.all([
    deliverSurely(a, 11, tapsOf(0, 101, 10)),
    deliverSurely(b, 11, tapsOf(1, 101, 10)),
  ]);
  expect(before.flatMap(verdictsOf)).toEqual(Array(20).fill("archived"));
  const shared = assignPartitions(partitions, both);
  const [name = ""] = [...shared].find(([, own]) => own.includes(ofOne)) ?? [];
  await cutting.find(({ child }) => name.includes(`-${child.pid}/`))!.kill();
  const after = await Promise.all([
    deliverSurely(a, 12, tapsOf(0, 111, 10)),
    deliverSurely(b, 12, tapsOf(1, 111, 10)),
  ]);
  expect(after.flatMap(verdictsOf)).toEqual(Array(20).fill("archived"));
  const others = both.filter((other) => other !== name).join();
  await until("the other one cuts alone", async () => (await members()).join() === others, 30_000);
  for (const partition of [ofOne, ofTwo]) expect(await redis.llen(partitionKeys(partition).uncut)).toBe(0);
  await Promise.all(cutting.map((process) => process.kill()));
  await Promise.all([a.close(), b.close()]);
}, 120_000);

type Client = ReturnType<typeof connectAs>;

test("balance wishes of a stage no more processes than the partitions that it is set to give work to", async () => {
  const board = new WishBoard(redis);
  const wishOf = ({ services }: Wishes) => services.find(({ service }) => service === "validation")?.wish;
  // What another process wished, with more partitions; without telemetry it stands but for its bounds.
  const readings = {
    ...{ atEpochMs: 0, replicas: null, arrivalsPerSecond: null, serviceMs: null, queued: null },
    ...{ oldestAgeMs: null, p99Ms: null, cpuRatio: null },
  };
  const before = {
    service: "validation",
    wish: 40,
    reactive: null,
    forecast: null,
    why: [],
    mayLower: false,
  };
  await board.publish({ atEpochMs: 0, services: [{ ...before, atEpochMs: 0, readings }] });
  await start({ ROLE: "balance", TAPLINE_BALANCE_BOUNDS: "validation=1-64", ...many });
  await until("wishes are told", async () => ((await board.latest())?.atEpochMs ?? 0) > 0, 30_000);
  expect(wishOf((await board.latest())!)).toBe(partitions + 1);
});
