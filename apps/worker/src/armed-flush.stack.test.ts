import { NoopsDesk, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { archivedTaps, type Client, connectAs } from "./agent.fixture.ts";
import { KeepingAgent } from "./keeping-agent.fixture.ts";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const waitMs = 120_000;
const ada = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const flushRule = {
  ...{ maxAgeMs: 600_000, cooldownMs: 3_600_000, perHour: 1, mode: "armed", owner: "ola", purpose: "a test" },
  ...{ act: { kind: "flush-buffer", heardWithinMs: 10_000 }, runbook: "docs/noops.md#flush-stuck-buffer" },
};
const bySchedule = { ...flushRule, id: "flush-by-day", when: 'clock("UTC").minuteOfDay >= 0.0' };
const byBacklog = { ...flushRule, id: "flush-when-full", when: 'kpi("backlog.taps") > 60.0' };

let path: TestPath;
let redis: Redis;
let buffer: SegmentBuffer;
let agents: readonly KeepingAgent[];
let clients: readonly Client[];
let ending: (() => Promise<unknown>)[];

beforeEach(async () => {
  path = await setUpPath();
  redis = connectRedis(path.redis.url, () => undefined);
  buffer = new SegmentBuffer(redis);
  ending = [];
  // Nothing leaves the buffer, so that a flush finds all that was brought.
  const { ingestPort } = await start("ingest,buffer,validation,encryption,noops");
  clients = ["gate-1", "gate-2"].map((agent) => connectAs(path, agent, ingestPort ?? 0));
  agents = clients.map((client, i) => new KeepingAgent(client, path.trackers[i]!));
});
afterEach(async () => {
  await Promise.all(ending.map((end) => end()));
  await Promise.all(clients.map((client) => client.close()));
  redis.disconnect();
  await path.end();
});

async function start(role: string): Promise<Running> {
  const worker = await path.start({ ROLE: role });
  ending.push(() => worker.stop(1_000));
  return worker;
}

async function apply(rule: object): Promise<void> {
  const given = parseNoopsRules({ format: noopsRulesFormat, version: 1_000, rules: [rule] });
  await new NoopsRulesDesk(path.prisma, Date.now).release(given, ada);
}

const flushes = () => path.prisma.auditEntry.findMany({ where: { action: "buffer.flushed" } });
const flushed = () => until("the buffer is flushed", async () => (await flushes())[0], waitMs);
const decisions = async () => (await new NoopsDesk(path.prisma, Date.now).list({}, 50)).decisions;
const refused = (says: RegExp) =>
  until(
    `the guard says ${says}`,
    async () => (await decisions()).find((one) => one.state === "refused" && says.test(one.says)),
    waitMs,
  );

/** Agents go on until all that they have read is archived; then each of their taps lies in the archive once. */
async function bringHome(running: readonly Promise<void>[], end: () => void): Promise<void> {
  await start("transfer");
  await until("every tap has its receipt", async () => agents.every(({ holdsNone }) => holdsNone), waitMs);
  end();
  await Promise.all(running);
  const held = (await archivedTaps(path)).map(({ tracker, trackerSeq }) => `${tracker} ${trackerSeq}`);
  const wanted = agents.flatMap(({ taken }, i) =>
    Array.from({ length: taken }, (_, n) => `${path.trackers[i]!.id} ${n + 1}`),
  );
  expect(held.toSorted()).toEqual(wanted.toSorted());
}

test("a rule that is armed flushes by itself while taps come, and nothing is lost or archived twice", async () => {
  let [isOver, reads] = [false, true];
  const running = agents.map((agent) =>
    agent.run(
      () => isOver,
      () => reads && agent.read(1),
    ),
  );
  await until("taps are in the buffer", async () => (await buffer.backlog()).taps > 20, waitMs);
  const life = await buffer.generation();
  await apply(byBacklog);
  const entry = await flushed();
  expect(entry).toMatchObject({ actorKind: "rule", actorId: byBacklog.id, subject: `buffer/${life}` });
  expect(JSON.parse(Buffer.from(entry.bytes).toString()).facts.taps).toBeGreaterThan(60);
  await until("the next life", async () => ![null, life].includes(await buffer.generation()), waitMs);
  reads = false;
  await bringHome(running, () => {
    isOver = true;
  });
  // It may once an hour.
  expect(await flushes()).toHaveLength(1);
  const [done] = (await decisions()).filter(({ state }) => state === "done");
  expect(done).toMatchObject({ ruleId: byBacklog.id, before: { generation: life }, undoUntilEpochMs: null });
});

test("a flush on a schedule waits for an agent that is away, whose taps stay, and is done once it is heard again", async () => {
  let isOver = false;
  const [, away] = agents;
  for (const agent of agents) agent.read(30);
  const running = agents.map((agent) => agent.run(() => isOver));
  await until("taps are in the buffer", async () => (await buffer.backlog()).taps === 60, waitMs);
  const life = await buffer.generation();
  away!.reports = false;
  await new Promise((resolve) => setTimeout(resolve, 10_500));
  await apply(bySchedule);
  const decision = await refused(/held: gate-2 \(30 taps\): it was last heard \d+ s ago/);
  expect(decision.guards.filter(({ passed }) => !passed).map(({ guard }) => guard)).toEqual(["held"]);
  expect([await buffer.generation(), (await buffer.backlog()).taps]).toEqual([life, 60]);
  away!.reports = true;
  expect(await flushed()).toMatchObject({ actorId: bySchedule.id, subject: `buffer/${life}` });
  await bringHome(running, () => {
    isOver = true;
  });
});

test("caches are flushed on a schedule while taps come, and nothing is lost", async () => {
  let [isOver, reads] = [false, true];
  const running = agents.map((agent) =>
    agent.run(
      () => isOver,
      () => reads && agent.read(1),
    ),
  );
  await until("taps are in the buffer", async () => (await buffer.backlog()).taps > 20, waitMs);
  const marks = () => path.prisma.installationFact.findMany({ where: { name: { endsWith: ".mark" } } });
  const before = await marks();
  const act = { kind: "flush-caches" };
  await apply({ ...bySchedule, id: "flush-caches-by-day", act });
  const entry = await until(
    "the caches are flushed",
    () => path.prisma.auditEntry.findFirst({ where: { action: "caches.flushed" } }),
    waitMs,
  );
  expect(entry).toMatchObject({ actorKind: "rule", actorId: "flush-caches-by-day" });
  const after = await marks();
  expect(after.map(({ name }) => name).toSorted()).toEqual([
    "agents.mark",
    "fleet.mark",
    "keys.mark",
    "trackers.mark",
  ]);
  for (const { name, value } of before) expect(after).not.toContainEqual({ name, value });
  reads = false;
  await bringHome(running, () => {
    isOver = true;
  });
});

test("taps that were sent by nobody who says what it holds are never flushed by a rule, nor where the kill switch is on", async () => {
  const [agent] = agents;
  let isOver = false;
  agent!.reports = false;
  agent!.read(5);
  const running = agent!.run(() => isOver);
  await until("taps are in the buffer", async () => (await buffer.backlog()).taps === 5, waitMs);
  await apply(bySchedule);
  await refused(/held: gate-1 \(5 taps\): it has never told what it holds/);
  const desk = new NoopsDesk(path.prisma, Date.now);
  await desk.kill(ada);
  agent!.reports = true;
  await refused(/kill-switch: ada has pulled it/);
  expect(await flushes()).toEqual([]);
  await desk.revive(ada);
  await flushed();
  await bringHome([running], () => {
    isOver = true;
  });
});
