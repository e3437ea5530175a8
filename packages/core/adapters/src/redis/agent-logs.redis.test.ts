import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { AgentLogs, logWantedForMs } from "./agent-logs.ts";
import { connectRedis } from "./connect.ts";
import { agentLogKeys } from "./keys.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let nowEpochMs = Date.UTC(2026, 10, 30, 2);
let logs: AgentLogs;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
beforeEach(async () => {
  await redis.flushall();
  logs = new AgentLogs(redis, () => nowEpochMs);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const wanted = () => ({ id: randomUUID(), lines: 50, askedAtEpochMs: nowEpochMs, by: "ann" });

test("an agent is asked once at a time, and what it answers is kept for an hour", async () => {
  const asked = wanted();
  await logs.ask("gate-1", asked);
  await expect(logs.ask("gate-1", wanted())).rejects.toMatchObject({ code: "conflict" });
  await logs.ask("gate-2", wanted());
  expect([...(await logs.asked()).keys()].toSorted()).toEqual(["gate-1", "gate-2"]);
  expect(await logs.of("gate-1")).toEqual({ asked, told: null });
  const told = { is: "told", id: asked.id, text: "{}\n", cut: false, atEpochMs: nowEpochMs } as const;
  await logs.tell("gate-1", { ...told, id: randomUUID() });
  expect((await logs.of("gate-1")).told).toBeNull();
  await logs.tell("gate-1", told);
  expect(await logs.of("gate-1")).toEqual({ asked: null, told });
  expect(await redis.pttl(agentLogKeys.told("gate-1"))).toBeGreaterThan(3_500_000);
  expect(await redis.pttl(agentLogKeys.told("gate-1"))).toBeLessThanOrEqual(3_600_000);
});

test("what nobody answered in time is asked for no more, and may be asked anew", async () => {
  await logs.ask("gate-1", wanted());
  nowEpochMs += logWantedForMs + 1;
  expect(await logs.asked()).toEqual(new Map());
  expect((await logs.of("gate-1")).asked).toBeNull();
  await logs.ask("gate-1", wanted());
  expect((await logs.asked()).size).toBe(1);
});

test("so many in a minute, and no more", async () => {
  for (let n = 1; n <= 20; n++) await logs.ask(`gate-${n}`, wanted());
  await expect(logs.ask("gate-21", wanted())).rejects.toMatchObject({ code: "overloaded" });
  nowEpochMs += 60_000;
  await logs.ask("gate-21", wanted());
});
