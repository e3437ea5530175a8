import {
  AlertDesk,
  AlertRulesDesk,
  connectPrisma,
  KpiSpans,
  type PrismaClient,
} from "@tapline/adapters/prisma";
import { AlertStreams, alertKeys, connectRedis, TelemetryStream } from "@tapline/adapters/redis";
import { type Alert, type AlertNews, type AlertRules, alertRulesSchema } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import type { KpiReadings } from "@tapline/core/kpi";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { startAlerts } from "./alerts.ts";
import type { Role } from "./role.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let prisma: PrismaClient;
let redis: Redis;
let desk: AlertDesk;
let alive: NodeJS.Timeout;
let running: { role: Role; die: () => void }[];
/** Whether the database answers those who watch. */
let isAway: boolean;
/** What the stores say of levels. */
let stores: () => Promise<KpiReadings>;

const card = { cause: "many", consequence: "none", action: "look", respondWithinMinutes: 5 };
const rule = (id: string, kpi: string, above: number, per = "all") => ({
  ...{ id, kpi, per, condition: { kind: "threshold", limit: { above } } },
  ...{ severity: "warning", message: "{value} come in", runbook: "docs/runbooks.md#busy", card },
});
const rulesOf = (version: number, some: readonly object[]): AlertRules =>
  alertRulesSchema.parse({ format: "tapline-alert-rules/1", version, rules: some });
const rules = (version: number, ids: readonly string[]): AlertRules =>
  rulesOf(
    version,
    ids.map((id) => rule(id, "taps.in_per_second", 10)),
  );

beforeEach(async () => {
  server = await ownRedis();
  prisma = connectPrisma(await freshDatabase());
  redis = connectRedis(server.url, () => undefined);
  const streams = new AlertStreams(redis);
  desk = new AlertDesk(prisma, (alert) => streams.publish([alert], true));
  running = [];
  isAway = false;
  stores = async () => ({});
  // A door that is silent for 6 s makes its figures unknown, and a busy machine takes as long for one test's step.
  alive = setInterval(() => void report().catch(() => undefined), 1_000);
});
afterEach(async () => {
  clearInterval(alive);
  for (const { die } of running) die();
  await Promise.allSettled(running.map(({ role }) => role.stop(100)));
  redis.disconnect();
  await prisma.$disconnect();
  await server.stop();
});

/** A process that watches, which can die without a word. */
function start(firstRules = rules(1, ["busy"])): { role: Role; die: () => void } {
  const connections: Redis[] = [];
  let isDead = false;
  const connect = () => {
    const made = connectRedis(server.url, () => undefined);
    connections.push(made);
    return made;
  };
  const own = connect();
  const answers = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    if (isAway || isDead) throw new TaplineError("unavailable", "PostgreSQL does not answer");
    return await ask();
  };
  const role = startAlerts({
    telemetry: new TelemetryStream(own),
    telemetryOn: (connection) => new TelemetryStream(connection),
    connect,
    streams: new AlertStreams(own),
    desk: {
      write: (writes) => answers(() => desk.write(writes)),
      open: () => answers(() => desk.open()),
      openOf: (key) => answers(() => desk.openOf(key)),
      find: (id) => answers(() => desk.find(id)),
    },
    rules: new AlertRulesDesk(prisma, Date.now),
    firstRules,
    readings: () => stores(),
    spans: new KpiSpans(prisma),
    clock: Date.now,
    log: pino({ level: "silent" }),
  });
  const die = () => {
    isDead = true;
    for (const connection of connections) connection.disconnect();
  };
  running.push({ role, die });
  return { role, die };
}

const agentReport = {
  ...{
    version: "1.0.0",
    platform: "linux-x64",
    startedAtEpochMs: 0,
    configRevision: 0,
    link: "grpc" as const,
  },
  ...{ clockSkewMs: 0, paused: null, readers: {}, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
};

/** A sign of life of the door, and so many taps that came in; over the limit for 5 s where they are more than 50. */
async function report(taps?: number): Promise<void> {
  await new TelemetryStream(redis).report({
    ...{
      instance: "door-1",
      atEpochMs: Date.now(),
      counters: taps === undefined ? {} : { "tap.ingested": taps },
      rejects: {},
    },
    ...{ histograms: {}, sign: { roles: ["ingest"], awayArchives: [] } },
  });
}

async function news(): Promise<AlertNews[]> {
  const entries = await redis.xrange(alertKeys.live, "-", "+");
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? "") as AlertNews);
}

const states = async (): Promise<string[]> =>
  (await desk.list({}, 100)).alerts.map(
    ({ ruleId, state, occurrences }) => `${ruleId} ${state} ${occurrences}`,
  );

const isWatched = () =>
  until("somebody watches", async () => (await redis.get(alertKeys.cursor)) !== null, 20_000);
const becomes = (...wanted: string[]) =>
  until(wanted.join(), async () => (await states()).join() === wanted.join(), 20_000);

async function raised(): Promise<Alert> {
  await report(200);
  await becomes("busy active-unacknowledged 1");
  return (await desk.open())[0] as Alert;
}

test("a breach is recorded, told, and its end, too, though nothing more comes in", async () => {
  start();
  await isWatched();
  const alert = await raised();
  expect(alert).toMatchObject({
    message: "40 taps/s come in",
    severity: "warning",
    limit: 10,
    firstOut: true,
  });
  await becomes("busy returned-unacknowledged 1");
  await until("all is told", async () => (await news()).length === 2);
  expect(await news()).toMatchObject([
    { is: "alerts", recorded: true, alerts: [{ id: alert.id, rev: 1 }] },
    { is: "alerts", recorded: true, alerts: [{ id: alert.id, rev: 2, active: false }] },
  ]);
  expect((await desk.stepsOf(alert.id)).map(({ action }) => action)).toEqual([
    "alert.raised",
    "alert.returned",
  ]);
}, 60_000);

test("who takes over after a sudden end raises what came meanwhile, once, and ends what stood", async () => {
  const first = start();
  await isWatched();
  await report(200);
  await becomes("busy active-unacknowledged 1");
  first.die();
  await report(200);
  start();
  await becomes("busy returned-unacknowledged 1");
  await report(200);
  await becomes("busy active-unacknowledged 2");
  expect(await prisma.alert.count()).toBe(1);
}, 60_000);

test("while PostgreSQL is away it is told as not recorded; then it is recorded once, also by a successor", async () => {
  const first = start();
  await isWatched();
  isAway = true;
  await report(200);
  await until("it is told", async () => (await news()).length > 0, 20_000);
  expect((await news())[0]).toMatchObject({ is: "alerts", recorded: false, alerts: [{ rev: 1 }] });
  await until("it is kept", async () => (await redis.hlen(alertKeys.unrecorded)) === 1);
  first.die();
  isAway = false;
  start();
  await becomes("busy returned-unacknowledged 1");
  await until("nothing is kept", async () => (await redis.hlen(alertKeys.unrecorded)) === 0);
  expect((await news()).at(-1)).toMatchObject({ recorded: true });
}, 60_000);

test("a shelf that an operator made ends with its time", async () => {
  start();
  await isWatched();
  const { id } = await raised();
  const context = { atEpochMs: Date.now(), actor: { kind: "operator", id: "ada" } as const, seenRev: 1 };
  const untilEpochMs = Date.now() + 1_500;
  await desk.act(id, { kind: "shelve", mode: "timed", untilEpochMs, note: "works" }, context);
  await until("the shelf is over", async () => (await desk.find(id)).shelf === null, 20_000);
  const steps = await desk.stepsOf(id);
  expect(steps.map(({ action }) => action)).toContain("alert.shelf-expired");
}, 60_000);

test("with all of Redis lost, what stands in PostgreSQL is watched on", async () => {
  start();
  await isWatched();
  await raised();
  await redis.flushall();
  await becomes("busy returned-unacknowledged 1");
  await report(200);
  await becomes("busy active-unacknowledged 2");
}, 60_000);

test("other rules count once they are released, and what none of them watches is over", async () => {
  stores = async () => ({ buffer: { taps: 500, oldestAtEpochMs: null, bytes: 1, ceilingBytes: null } });
  start();
  await isWatched();
  const { id } = await raised();
  const act = { actor: { kind: "operator", id: "ada" } as const, reason: "other names" };
  const others = [rule("crowded", "taps.in_per_second", 10), rule("backlog", "backlog.taps", 100)];
  await new AlertRulesDesk(prisma, Date.now).release(rulesOf(2, others), act);
  await new AlertStreams(redis).publishRules(2);
  await until("the old one is over", async () => !(await desk.find(id)).active, 20_000);
  expect((await desk.stepsOf(id)).at(-1)?.reason).toBe("nobody watches it any more");
  const isRaised = async () => (await desk.list({ ruleId: "backlog" }, 1)).alerts.length === 1;
  await until("what stood already is told to the new rules", isRaised, 20_000);
  await report(400);
  await until(
    "the new one is raised",
    async () => (await states()).some((one) => one.startsWith("crowded")),
    20_000,
  );
}, 60_000);

test("levels that stores tell raise alerts and end them; stores that fail stop nothing", async () => {
  const levels = (taps: number, seenAgoMs: number): KpiReadings => ({
    buffer: { taps, oldestAtEpochMs: null, bytes: 1, ceilingBytes: null },
    fleet: [
      {
        agent: "gate-1",
        site: "north",
        last: { report: agentReport, seenAtEpochMs: Date.now() - seenAgoMs, reportEveryMs: null },
      },
    ],
  });
  stores = async () => levels(5, 0);
  const [backlog, away] = [rule("backlog", "backlog.taps", 100), rule("away", "agents.offline", 0, "agent")];
  start(rulesOf(1, [rule("busy", "taps.in_per_second", 10), backlog, away]));
  await isWatched();
  stores = async () => levels(500, 600_000);
  await until("both are raised", async () => (await desk.open()).length === 2, 20_000);
  expect((await desk.open()).map(({ ruleId, scopeKey, value }) => [ruleId, scopeKey, value])).toEqual(
    expect.arrayContaining([
      ["backlog", "", 500],
      ["away", "agent=gate-1;site=north", 1],
    ]),
  );
  stores = () => Promise.reject(new Error("away"));
  await report(200);
  await until(
    "busy is raised",
    async () => (await desk.list({ ruleId: "busy" }, 1)).alerts.length === 1,
    20_000,
  );
  expect(await desk.list({ states: ["active-unacknowledged"] }, 9)).toMatchObject({ alerts: { length: 3 } });
  stores = async () => levels(5, 0);
  const isActive = async () =>
    (await desk.open()).filter(({ active, ruleId }) => active && ruleId !== "busy");
  await until("both are over", async () => (await isActive()).length === 0, 20_000);
}, 90_000);

test("availability from before its start counts, once, also where no store tells levels", async () => {
  stores = () => Promise.reject(new Error("away"));
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const span = (agoMinutes: number) => ({
    ...{ scope: {}, startEpochMs: minute - agoMinutes * 60_000, resolutionMs: 60_000, times: {}, levels: {} },
    counts: { "tap.ingested": 1_000, "tap.turned_away": 500 },
  });
  await new KpiSpans(prisma).keepMinutes([span(50), span(40)], null, "1-0");
  await report(3_000);
  start(rulesOf(1, [rule("burning", "availability.burn_rate_1h", 1)]));
  await becomes("burning active-unacknowledged 1");
  // Of 6,000 taps that were offered 1,000 were turned away, of which one in 100,000 may be.
  expect((await desk.open())[0]?.value).toBeCloseTo(1_000 / 6_000 / 0.00001, 0);
}, 60_000);
