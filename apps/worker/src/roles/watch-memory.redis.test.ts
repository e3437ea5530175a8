import { connectRedis, creditKeys, MemoryWatch } from "@tapline/adapters/redis";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { watchMemory } from "./watch-memory.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test("the door is shut while Redis is short of memory, and opens by itself when there is enough", async () => {
  const lines: string[] = [];
  const telemetry = new TelemetryRecorder("test");
  const memory = new MemoryWatch(redis);
  const log = pino({}, { write: (line) => void lines.push(line) });
  const roles = [1, 2].map(() => watchMemory({ memory, telemetry, log }));
  const { usedBytes } = await memory.read();
  await redis.config("SET", "maxmemory", String(Math.ceil(usedBytes / 0.9)));
  await until("the door is shut", () => memory.isShut());
  expect(await redis.pttl(creditKeys.shut)).toBeGreaterThan(0);
  expect(lines.join("")).toContain("maxmemory");
  expect(telemetry.take(0)?.counters["buffer.memory_short"]).toBeGreaterThan(0);
  await redis.config("SET", "maxmemory", String(usedBytes * 4));
  await until("the door is open", async () => !(await memory.isShut()));
  expect(lines.join("")).toContain("suffices again");
  await Promise.all(roles.map((role) => role.stop(100)));
});
