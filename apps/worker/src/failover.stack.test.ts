import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownReplicatedRedis } from "../../../tools/test-servers/index.ts";
import { archivedTaps, connectAs, deliverSurely, type Submitted, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let servers: Awaited<ReturnType<typeof ownReplicatedRedis>>;
let path: TestPath;
let redis: Redis;
let workers: Running[];

beforeAll(async () => {
  [servers, path] = await Promise.all([ownReplicatedRedis(), setUpPath()]);
  redis = connectRedis(servers.url, () => undefined);
  const stages = "validation,encryption,transfer,kpi,audit";
  workers = await Promise.all(
    ["ingest", "buffer", stages].map((ROLE) => path.start({ ROLE, REDIS_URL: servers.url })),
  );
}, 90_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop(2_000)));
  redis.disconnect();
  await path.end();
  await servers.stop();
});

const batches = 40;
const perBatch = 5;
/** More failovers than these may come where the machine is busy. */
const kills = 2;

/** One after the other, each until the archive has it, as an agent does that is behind. */
async function deliverAll(agent: string, tracker: number): Promise<Map<number, string>> {
  const client = connectAs(path, agent, workers[0]!.ingestPort!);
  const ends = new Map<number, string>();
  for (let batch = 0; batch < batches; batch++) {
    const taps: Submitted[] = Array.from({ length: perBatch }, (_, i) => {
      const seq = batch * perBatch + i + 1;
      return submit(seq, rawTap(path.trackers[tracker]!, seq));
    });
    for (const [seq, { verdict }] of await deliverSurely(client, 1, taps, 120_000)) ends.set(seq, verdict);
  }
  await client.close();
  return ends;
}

/** Kills the master after its replicas stood still for a moment, so that they lack what it took and did meanwhile. */
async function killMaster(): Promise<void> {
  const master = await servers.masterPort();
  const replicas = servers.ports.filter((port) => port !== master);
  for (const port of replicas) process.kill(servers.pidOf(port), "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 150));
  process.kill(servers.pidOf(master), "SIGKILL");
  for (const port of replicas) process.kill(servers.pidOf(port), "SIGCONT");
  await until("another one is the master", async () => (await servers.masterPort()) !== master, 30_000);
  await servers.startAgain(master);
  const isWhole = async () =>
    ((await servers.ask(await servers.masterPort(), "INFO replication")).match(/state=online/g) ?? []).length;
  await until("both replicas follow", async () => (await isWhole()) === 2, 30_000);
}

test("masters are killed under taps: all are archived once, by nobody's hand, and the audit log says why lives ended", async () => {
  const buffer = new SegmentBuffer(redis);
  const lives = [await until("the buffer opens", () => buffer.generation(), 30_000)];
  const delivered = Promise.all([deliverAll("gate-1", 0), deliverAll("gate-2", 1)]);
  for (let kill = 0; kill < kills; kill++) {
    await killMaster();
    lives.push(
      await until(
        "the next life",
        async () => {
          const life = await buffer.generation();
          return life !== null && !lives.includes(life) && life;
        },
        30_000,
      ),
    );
  }
  const ends = (await delivered).flatMap((each) => [...each.values()]);
  expect(ends).toHaveLength(2 * batches * perBatch);
  expect(ends.filter((verdict) => verdict !== "archived" && verdict !== "duplicate")).toEqual([]);
  const held = (await archivedTaps(path)).map(({ tracker, trackerSeq }) => `${tracker} ${trackerSeq}`);
  expect(new Set(held).size).toBe(2 * batches * perBatch);
  expect(held).toHaveLength(2 * batches * perBatch);
  const opened = await path.prisma.auditEntry.findMany({ where: { action: "buffer.opened" } });
  expect(
    opened.filter(({ bytes }) => Buffer.from(bytes).includes("failed over")).length,
  ).toBeGreaterThanOrEqual(kills);
  await until("the buffer is empty", async () => (await buffer.backlog()).taps === 0);
}, 240_000);
