import { AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { alertKeys, connectRedis, TelemetryStream } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";
import { rule, rulesOf } from "./roles/alerts.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

const readersPerWave = 100;

let path: TestPath;
let redis: Redis;
let alive: NodeJS.Timeout;
let watching: WorkerProcess[];

beforeEach(async () => {
  path = await setUpPath();
  redis = connectRedis(path.redis.url, () => undefined);
  const rules = rulesOf(1, [rule("reader-busy", "taps.in_per_second", 10, "reader")]);
  const act = { actor: { kind: "operator", id: "ada" } as const, reason: "a test" };
  await new AlertRulesDesk(path.prisma, Date.now).release(rules, act);
  watching = await Promise.all([forkWorker(path, "alerts"), forkWorker(path, "alerts")]);
  alive = setInterval(() => void report({}).catch(() => undefined), 1_000);
  await until("somebody watches", async () => (await redis.get(alertKeys.cursor)) !== null, 30_000);
});
afterEach(async () => {
  clearInterval(alive);
  await Promise.all(watching.map((one) => one.kill()));
  redis.disconnect();
  await path.end();
});

async function report(parts: { readers?: Record<string, [string, string, number][]> }): Promise<void> {
  await new TelemetryStream(redis).report({
    ...{ instance: "door-1", atEpochMs: Date.now(), counters: {}, rejects: {}, histograms: {} },
    sign: { roles: ["ingest"], awayArchives: [] },
    ...(parts.readers === undefined
      ? {}
      : { parts: { readers: parts.readers, agents: {}, archives: {}, agentTimes: {} } }),
  });
}

/** So many readers that each bring more than may be, for 5 s. */
const breach = (wave: number) =>
  report({
    readers: {
      "tap.ingested": Array.from({ length: readersPerWave }, (_, i) => [`gate-${wave}`, `r-${i}`, 200]),
    },
  });

/** Kills the one that watches in the middle of it, wherever that is; the other one goes on, and one more comes. */
async function killAt(point: string, meanwhile: () => Promise<void>): Promise<void> {
  const held = watching.map(async (one) => ({ one, go: await one.holdAt(point) }));
  await meanwhile();
  const { one: victim } = await Promise.race(held);
  await victim.kill();
  for (const each of held) void each.then(({ one, go }) => one !== victim && go());
  watching = [...watching.filter((one) => one !== victim), await forkWorker(path, "alerts")];
}

const points = [
  "before:alerts.write",
  "after:alerts.write",
  "before:alert-streams.publish",
  "after:alert-streams.publish",
  "before:alert-streams.keepCursor",
];

test("whoever watches is killed while it raises many alerts, again and again: each breach is one alert, each step one entry", async () => {
  for (const [wave, point] of points.entries()) await killAt(point, () => breach(wave));
  // In the middle of what ends them, too; and once Redis forgets everything at that moment.
  await breach(points.length);
  await killAt("after:alerts.write", async () => undefined);
  await breach(points.length + 1);
  await until(
    "the last ones are raised",
    async () => (await path.prisma.alert.count()) > (points.length + 1) * readersPerWave,
    60_000,
  );
  await redis.flushall();
  const all = (points.length + 2) * readersPerWave;
  const isOver = { state: "returned-unacknowledged" };
  await until("all are over", async () => (await path.prisma.alert.count({ where: isOver })) === all, 90_000);
  expect(await path.prisma.alert.count()).toBe(all);
  for (const { occurrences } of await new AlertDesk(path.prisma).open()) expect(occurrences).toBe(1);
  const rows = await path.prisma.auditEntry.findMany({
    where: { action: { startsWith: "alert." }, subject: { startsWith: "alert/" } },
  });
  const steps = Map.groupBy(rows, ({ subject }) => subject);
  expect(steps.size).toBe(all);
  for (const of of steps.values())
    expect(of.map(({ action }) => action).toSorted()).toEqual(["alert.raised", "alert.returned"]);
  await until("nothing is kept", async () => (await redis.hlen(alertKeys.unrecorded)) === 0, 20_000);
}, 400_000);
