import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { connectRedis, TelemetryStream, telemetryKeys } from "@tapline/adapters/redis";
import type { KpiScope } from "@tapline/core/kpi";
import type { AgentReport } from "@tapline/core/tap";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { startKpiSpans } from "./kpi-spans.ts";
import type { Role } from "./role.ts";

const minuteMs = 60_000;
const begin = Date.UTC(2026, 10, 29, 12);
const front: KpiScope = { site: "north", agent: "gate-1", reader: "front" };

const agentReport: AgentReport = {
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, link: "grpc" },
  ...{ clockSkewMs: -40, paused: null, readers: { ready: 1 }, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
};

let server: Awaited<ReturnType<typeof ownRedis>>;
let prisma: PrismaClient;
let redis: Redis;
let spans: KpiSpans;
let running: Role[];

beforeEach(async () => {
  server = await ownRedis();
  prisma = connectPrisma(await freshDatabase());
  redis = connectRedis(server.url, () => undefined);
  spans = new KpiSpans(prisma);
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((role) => role.stop(100)));
  redis.disconnect();
  await prisma.$disconnect();
  await server.stop();
});

function start(): Role {
  const role = startKpiSpans({
    telemetry: new TelemetryStream(redis),
    spans,
    readings: async () => ({
      fleet: [
        {
          agent: "gate-1",
          site: "north",
          last: { seenAtEpochMs: begin, report: agentReport, reportEveryMs: null },
        },
        { agent: "gate-2", site: "north", last: null },
      ],
      buffer: { taps: 2, oldestAtEpochMs: null, bytes: 7, ceilingBytes: null },
    }),
    log: pino({ level: "silent" }),
  });
  running.push(role);
  return role;
}

/** A delta of taps by reader that Redis took at that time after the begin. */
async function report(afterMs: number, archived: number, reader = "front"): Promise<void> {
  const telemetry = new TelemetryRecorder("test");
  telemetry.countOfReader("tap.archived", "gate-1", reader, archived);
  const delta = telemetry.take(begin + afterMs);
  await redis.xadd(telemetryKeys.deltas, `${begin + afterMs}-*`, "j", JSON.stringify(delta));
}

const archivedOf = async (scope: KpiScope): Promise<number[]> =>
  (await spans.list(scope, minuteMs, begin, begin + 60 * minuteMs)).map(
    ({ counts }) => counts["tap.archived"] ?? 0,
  );
const keeps = (minutes: number) =>
  until(`${minutes} minutes are kept`, async () => (await archivedOf({})).length === minutes);

test("whoever goes on counts each delta once, of all, of a site and of a reader", async () => {
  await report(1_000, 3);
  await report(2_000, 2, "back");
  const first = start();
  await report(minuteMs, 5);
  await keeps(1);
  await report(minuteMs + 1_000, 1);
  await first.stop(100);
  await report(minuteMs + 2_000, 4, "back");
  start();
  await report(2 * minuteMs, 9);
  await keeps(2);
  expect(await archivedOf({})).toEqual([5, 10]);
  expect(await archivedOf({ site: "north" })).toEqual([5, 10]);
  expect(await archivedOf(front)).toEqual([3, 6]);
  expect(await archivedOf({ ...front, reader: "back" })).toEqual([2, 4]);
});

test("of several that keep the same minutes one is believed", async () => {
  for (let i = 0; i < 3; i++) start();
  for (let minute = 0; minute < 5; minute++) {
    await report(minute * minuteMs, 1);
    await report(minute * minuteMs + 1, 2);
  }
  await report(5 * minuteMs, 1);
  await keeps(5);
  expect(await archivedOf(front)).toEqual([3, 3, 3, 3, 3]);
});

test("levels stand at the end of their minute, of all and of sites; of an agent that brings taps, how far its clock is off", async () => {
  await report(0, 1);
  start();
  await report(minuteMs, 1);
  await keeps(1);
  const [whole] = await spans.list({}, minuteMs, begin, begin + minuteMs);
  expect(whole?.levels).toMatchObject({ "backlog.taps": 2, "buffer.memory_bytes": 7, "agents.offline": 1 });
  const [site] = await spans.list({ site: "north" }, minuteMs, begin, begin + minuteMs);
  expect(site?.levels).toMatchObject({ "agents.offline": 1 });
  const [agent] = await spans.list({ site: "north", agent: "gate-1" }, minuteMs, begin, begin + minuteMs);
  expect(agent?.levels).toEqual({ "agents.clock_skew_ms": 40 });
  expect(await spans.list({ site: "north", agent: "gate-2" }, minuteMs, begin, begin + minuteMs)).toEqual([]);
});
