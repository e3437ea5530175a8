import { execFile } from "node:child_process";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { AgentLogs, connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { admitUser } from "../../../../tools/redis/index.ts";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { until } from "../path.fixture.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("./main.ts", import.meta.url).pathname;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let prisma: PrismaClient;
let logs: AgentLogs;
let env: Record<string, string>;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  const databaseUrl = await freshDatabase();
  env = { DATABASE_URL: databaseUrl, REDIS_URL: await admitUser(redis, server.url, "services") };
  prisma = connectPrisma(databaseUrl);
  logs = new AgentLogs(redis, Date.now);
  await prisma.agent.create({ data: { id: "gate-1" } });
});
afterAll(async () => {
  redis.disconnect();
  await prisma.$disconnect();
  await server.stop();
});

const log = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const all = [main, "agent", "log", ...args, "--reason", "a test", "--by", "ola"];
    execFile(process.execPath, all, { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const entries = () => prisma.auditEntry.count({ where: { action: "agent.log-asked" } });

/** What gate-1 is asked for, once it is. */
const asked = () => until("the asking", async () => (await logs.asked()).get("gate-1"), 120_000);

test("a command asks an agent for its log, audited, waits, and prints what it wrote", async () => {
  expect((await log("--id", "gate-1", "--dry-run")).out).toContain("would ask gate-1 for the last 200 lines");
  expect(await log("--id", "gate-9", "--yes")).toMatchObject({ code: 1, out: "" });
  expect(await entries()).toBe(0);
  const asking = log("--id", "gate-1", "--lines", "50", "--yes");
  const { id, lines, by } = await asked();
  expect([lines, by]).toEqual([50, "ola"]);
  // The asking is there a moment before the act that it is part of.
  await until("the act", async () => (await entries()) === 1, 120_000);
  const text = '{"level":30,"msg":"the agent is ready"}\n\u001b]0;spoken\u0007\n';
  await logs.tell("gate-1", { is: "told", id, text, cut: false, atEpochMs: Date.now() });
  const printed = '{"level":30,"msg":"the agent is ready"}\n?]0;spoken?\n';
  expect(await asking).toMatchObject({ code: 0, out: printed });

  const again = log("--id", "gate-1", "--yes");
  await logs.tell("gate-1", { is: "unable", id: (await asked()).id, atEpochMs: Date.now() });
  expect(await again).toMatchObject({ out: "", err: expect.stringContaining("does not know how") });
});
