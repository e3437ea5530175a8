import { fork } from "node:child_process";
import { once } from "node:events";
import { connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { asRedisUser } from "../../../tools/redis/index.ts";
import { freePort } from "../../../tools/servers/index.ts";
import { compiledDir } from "../../../tools/test-servers/index.ts";
import { readConfig, roleNames } from "./config.ts";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";
import { admitUsers } from "./redis-users.fixture.ts";
import { type Running, startWorker } from "./wire/start-worker.ts";

const [password, wrong] = ["of-the-users-in-redis", "another-one"];
const within = { timeout: 60_000, interval: 50 };
let path: TestPath;
let administrator: Redis;

beforeAll(async () => {
  path = await setUpPath();
  administrator = connectRedis(path.redis.url, () => undefined);
});
afterAll(async () => {
  administrator.disconnect();
  await path.end();
});

/** Begins a worker; `told` is what it says of stores that refuse it, `null` once none does. */
function begin(role: string, changes: Readonly<Record<string, string>>) {
  const told: (string | null)[] = [];
  const one = { told, running: null as Running | null };
  const config = readConfig({ ...path.settingsOf(role), ROLE: role, ...changes });
  const hooks = { onLive: () => undefined, onRefused: (why: string | null) => void told.push(why) };
  const started = startWorker(config, pino({ level: "silent" }), hooks).then((running) => {
    one.running = running;
  });
  return { ...one, role, started, isReady: () => one.running !== null, stop: () => one.running?.stop(2_000) };
}

test("a worker of any role that Redis does not let in is not ready and says why, until it is let in", {
  timeout: 180_000,
}, async () => {
  await admitUsers(administrator, password);
  const workers = roleNames.map((role) =>
    begin(role, { REDIS_URL: asRedisUser(path.redis.url, role, wrong) }),
  );
  const failed = Promise.all(workers.map(({ started }) => started));
  try {
    for (const { role, told } of workers)
      await Promise.race([
        failed,
        until(`${role} to say that it is refused twice`, async () => told.length > 1, 60_000),
      ]);
    for (const { role, told, isReady } of workers) {
      expect(told.at(-1), role).toMatch(/^Redis does not let in whom REDIS_URL names\. See that/);
      expect(isReady(), role).toBe(false);
    }
    await admitUsers(administrator, wrong);
    await failed;
    for (const { role, told } of workers) expect(told.at(-1), role).toBeNull();
  } finally {
    await admitUsers(administrator, wrong);
    await Promise.allSettled(workers.map(({ started }) => started));
    await Promise.all(workers.map(({ stop }) => stop()));
  }
});

test("a user without rights is refused as well, and so is whom PostgreSQL does not let in", {
  timeout: 120_000,
}, async () => {
  await administrator.call("ACL", "SETUSER", "bare", "on", `>${password}`, "+ping");
  const redisUrl = new URL(path.redis.url);
  redisUrl.username = "bare";
  redisUrl.password = password;
  const databaseUrl = new URL(path.settingsOf("kpi").DATABASE_URL);
  databaseUrl.password = wrong;
  const workers = [
    begin("kpi", { REDIS_URL: redisUrl.href }),
    begin("kpi", { DATABASE_URL: databaseUrl.href }),
  ] as const;
  const [bare, stranger] = workers;
  try {
    await until("both to be refused", async () => workers.every(({ told }) => told.length > 0), 60_000);
    expect(bare.told[0]).toMatch(/^Redis refuses this to the user of REDIS_URL\. /);
    expect(stranger.told[0]).toMatch(/^PostgreSQL does not let in the user /);
    expect(workers.map(({ isReady }) => isReady())).toEqual([false, false]);
  } finally {
    await administrator.call("ACL", "SETUSER", "bare", "~*", "&*", "+@all");
    await bare.started;
    await bare.stop();
  }
});

test("a process that is refused says so to its probe and in its log, and ends when it is asked to", {
  timeout: 120_000,
}, async () => {
  await admitUsers(administrator, password);
  const port = await freePort();
  const child = fork(new URL("./main.ts", import.meta.url), {
    env: {
      ...{
        ...path.settingsOf("ingest"),
        ROLE: "ingest",
        LOG_LEVEL: "error",
        NODE_COMPILE_CACHE: compiledDir,
      },
      ...{ TAPLINE_HEALTH_PORT: String(port), REDIS_URL: asRedisUser(path.redis.url, "ingest", wrong) },
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const [told] = (await once(child, "message")) as [{ type: string; why?: string }];
  expect(told).toMatchObject({ type: "refused", why: expect.stringMatching(/^Redis does not let in/) });
  let log = "";
  child.stdout!.on("data", (part: Buffer) => {
    log += part.toString();
  });
  const probe = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    return `${answer.status} ${await answer.text()}`;
  };
  await vi.waitFor(
    async () => expect(await probe()).toMatch(/^503 not ready: Redis does not let in/),
    within,
  );
  await vi.waitFor(() => expect(log).toContain("a store refuses this process"), within);
  await admitUsers(administrator, wrong);
  await vi.waitFor(async () => expect(await probe()).toBe("200 ok\n"), within);
  expect(log.match(/a store refuses this process/g)).toHaveLength(1);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});
