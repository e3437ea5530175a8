import { randomUUID } from "node:crypto";
import { AgentLogs, connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";
import { startLogDesk } from "./log-desk.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let desk: ReturnType<typeof startLogDesk>;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
afterEach(() => desk.stop(0));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test("what the console asks for is seen by the door, and what an agent answers by the console; others' answers by nobody", async () => {
  const logs = new AgentLogs(redis, Date.now);
  desk = startLogDesk({ logs, clock: Date.now, log: pino({ level: "silent" }) });
  let changes = 0;
  desk.onChange(() => changes++);
  const asked = { id: randomUUID(), lines: 5, askedAtEpochMs: Date.now(), by: "ann" };
  await logs.ask("gate-1", asked);
  await until("the asking", () => changes > 0);
  expect(desk.wantedOf("gate-1")).toEqual({ id: asked.id, lines: 5 });
  expect(desk.wantedOf("gate-2")).toBeNull();
  desk.told("gate-2", { id: asked.id, text: "of another", cut: false });
  desk.told("gate-1", { id: randomUUID(), text: "not asked for", cut: false });
  desk.told("gate-1", { id: asked.id, text: "line\n", cut: false });
  await until("the answer", async () => (await logs.of("gate-1")).told);
  expect(await logs.of("gate-1")).toMatchObject({ asked: null, told: { is: "told", text: "line\n" } });
  expect((await logs.of("gate-2")).told).toBeNull();
  await until("that it is asked no more", () => desk.wantedOf("gate-1") === null);
});
