import { connectRedis, TelemetryStream } from "@tapline/adapters/redis";
import {
  CumulativeTelemetry,
  maxPartsPerList,
  type SignOfLife,
  type TelemetryDelta,
  TelemetryRecorder,
} from "@tapline/core/telemetry";
import { type Reporting, startTelemetry } from "@tapline/telemetry/reporting";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let telemetry: TelemetryRecorder;
let away: SignOfLife["awayArchives"];
let role: Reporting;

beforeEach(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  telemetry = new TelemetryRecorder("test");
  away = [];
  role = startTelemetry({
    telemetry,
    counted: new CumulativeTelemetry(),
    telemetryStream: new TelemetryStream(redis),
    sign: () => ({ roles: ["transfer"], awayArchives: away }),
    clock: Date.now,
    log: pino({ level: "silent" }),
  });
});
afterEach(async () => {
  await role.stop();
  redis.disconnect();
  await server.stop();
});

const reported = async (): Promise<TelemetryDelta[]> =>
  (await new TelemetryStream(redis).read("0")).reported.map(({ delta }) => delta);
const sum = (deltas: readonly TelemetryDelta[], name: "tap.ingested" | "tap.refused_at_door"): number =>
  deltas.reduce((all, { counters }) => all + (counters[name] ?? 0), 0);

test("what comes together leaves as one report, with whose it is", async () => {
  await until("the first sign of life", async () => (await reported()).length === 1);
  telemetry.countOfReader("tap.ingested", "gate-1", "front", 2);
  telemetry.countOfReader("tap.ingested", "gate-1", "back");
  telemetry.countOfReader("tap.ingested", "gate-1", "front");
  const [delta] = await until("the report", async () => {
    const deltas = (await reported()).filter(({ counters }) => counters["tap.ingested"] !== undefined);
    return deltas.length > 0 && deltas;
  });
  expect(delta?.counters).toEqual({ "tap.ingested": 4 });
  expect(delta?.parts?.readers["tap.ingested"]).toEqual([
    ["gate-1", "front", 3],
    ["gate-1", "back", 1],
  ]);
});

test("nothing is lost and nothing told twice while more and more comes, and what is left leaves at the end", async () => {
  for (let i = 0; i < 400; i++) {
    telemetry.count("tap.ingested");
    if (i % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  telemetry.count("tap.refused_at_door");
  await role.stop();
  const deltas = await reported();
  expect(sum(deltas, "tap.ingested")).toBe(400);
  expect(sum(deltas, "tap.refused_at_door")).toBe(1);
  const counted = deltas.filter(({ counters }) => counters["tap.ingested"] !== undefined);
  const spanMs = (counted.at(-1)?.atEpochMs ?? 0) - (counted[0]?.atEpochMs ?? 0);
  // At most one in 50 ms, and the last one at the end.
  expect(counted.length).toBeLessThanOrEqual(spanMs / 45 + 3);
});

test("an archive that is away is told with the next fault, not with the next sign of life", async () => {
  await until("the first sign of life", async () => (await reported()).length === 1);
  away = [{ archive: "main", forMs: 5_000, why: "unavailable" }];
  telemetry.countOfArchive("archive.failed", "main");
  const last = await until("the fault", async () => {
    const delta = (await reported()).find(({ counters }) => counters["archive.failed"] === 1);
    return delta ?? false;
  });
  expect(last.sign?.awayArchives).toEqual(away);
  expect(last.parts?.archives["archive.failed"]).toEqual([["main", 1]]);
});

test("more readers than a report may name are told in several, each once", async () => {
  const readers = 2_500;
  for (let i = 0; i < readers; i++) {
    telemetry.countOfReader("tap.ingested", `gate-${i}`, "front");
    if (i % maxPartsPerList === maxPartsPerList - 1)
      await until("they are told", async () => sum(await reported(), "tap.ingested") === i + 1);
  }
  await role.stop();
  const deltas = await reported();
  expect(sum(deltas, "tap.ingested")).toBe(readers);
  const named = deltas.flatMap(({ parts }) => parts?.readers["tap.ingested"] ?? []);
  expect(new Set(named.map(([agent]) => agent)).size).toBe(readers);
});
