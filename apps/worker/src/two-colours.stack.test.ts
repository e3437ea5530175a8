import { connectRedis, SegmentShares, StageEvidence } from "@tapline/adapters/redis";
import type { SegmentStage } from "@tapline/core/buffer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, deliver, gather, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

let path: TestPath;
let started: WorkerProcess[];
let client: Client;
let redis: ReturnType<typeof connectRedis>;

beforeEach(async () => {
  path = await setUpPath();
  redis = connectRedis(path.redis.url, () => undefined);
  started = [];
});
afterEach(async () => {
  await client.close();
  await Promise.all(started.map((worker) => worker.kill()));
  redis.disconnect();
  await path.end();
});

async function start(role: string, changes: Record<string, string> = {}): Promise<WorkerProcess> {
  const worker = await forkWorker(path, role, changes);
  started.push(worker);
  return worker;
}

const stages: readonly SegmentStage[] = ["validation", "encryption", "transfer"];
const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

async function share(greenPercent: number, bothPercent: number, name: string): Promise<void> {
  const watch = { name, target: "green" as const, bothPercent };
  for (const stage of stages) await new SegmentShares(redis).set(stage, { greenPercent, watch }, 1);
}

test("green does what it is given and both come to the same; killed with a segment in hand, blue does that: none lost, none twice", async () => {
  const [door, green] = await Promise.all([
    start("ingest,buffer,validation,encryption,transfer"),
    start("validation,encryption,transfer", { TAPLINE_COLOUR: "green" }),
  ]);
  client = connectAs(path, "gate-1", door.ingestPort);
  await share(100, 0, "alone");
  const first = taps(1, 5);
  await deliver(client, 1, first, 30_000);
  await share(100, 100, "both");
  const second = taps(6, 5);
  await deliver(client, 1, second, 30_000);
  const evidence = new StageEvidence(redis);
  for (const stage of stages) {
    const alone = await evidence.read(stage, "alone");
    expect([stage, alone.blue.attempts, alone.green.failures]).toEqual([stage, 0, 0]);
    expect(alone.green.attempts).toBeGreaterThan(0);
    const both = await evidence.read(stage, "both");
    expect([stage, both.green.differing, both.green.compared > 0]).toEqual([stage, 0, true]);
  }
  await share(100, 0, "killed");
  const held = green.holdAt("before:buffer.keepVerdicts");
  const third = taps(11, 5);
  await send(client, 1, third);
  await held;
  await green.kill();
  const verdicts = await gather(client, 1, third, 40_000);
  expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
  expect((await evidence.read("validation", "killed")).green.failures).toBeGreaterThan(0);
  const found = (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);
  expect(found).toEqual([...first, ...second, ...third].map(({ seq }) => seq));
  const segments = await path.prisma.segment.count();
  expect(await path.prisma.auditEntry.count({ where: { action: "segment.archived" } })).toBe(segments);
}, 120_000);
