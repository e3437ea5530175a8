import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectRedis } from "@tapline/adapters/redis";
import { meshServices } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { userOf } from "../../../tools/redis/index.ts";
import { overlayRedis } from "./overlay-redis.fixture.ts";

// Sentinels hold a server for gone after 5 s, and have one that comes back as a master follow after ten more.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let servers: Awaited<ReturnType<typeof overlayRedis>>;
beforeAll(async () => {
  servers = await overlayRedis();
});
afterAll(() => servers.stop());

const urlOf = async (user: string): Promise<string> =>
  (await readFile(join(servers.users, `${user}.url`), "utf8")).trim();
const opened = (url: string): Redis => {
  const redis = connectRedis(url, () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
};
/** As the administrator, to one server or sentinel itself. */
async function ask(port: number, command: string, ...args: string[]): Promise<unknown> {
  const password = decodeURIComponent(/:([^:@]+)@/.exec(await urlOf("administrator"))?.[1] ?? "");
  const url = `redis://${userOf("administrator")}:${password}@localhost:${port}`;
  const redis = connectRedis(url, () => undefined, { commandTimeoutMs: 20_000 });
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}
const roleOf = async (port: number): Promise<string> => ((await ask(port, "ROLE")) as string[])[0] ?? "";
/** What the sentinels of these pods name as the master, each by itself. */
const named = (pods: typeof servers.pods) =>
  Promise.all(
    pods.map(async ({ sentinel }) =>
      Number(((await ask(sentinel, "SENTINEL", "get-master-addr-by-name", "tapline")) as string[])[1]),
    ),
  );
const isWhole = async (pods: typeof servers.pods): Promise<boolean> =>
  (await Promise.all(pods.map(({ sentinel }) => ask(sentinel, "INFO", "sentinel")))).every(
    (text) =>
      String(text).includes("status=ok,address=localhost:") && String(text).includes("slaves=2,sentinels=3"),
  );
const eventually = (look: () => Promise<unknown>) =>
  expect.poll(() => look().catch(() => null), { timeout: 90_000, interval: 200 });
/** Who was refused what, by a server or a sentinel. */
async function refusals(port: number): Promise<string[]> {
  const entries = (await ask(port, "ACL", "LOG")) as string[][];
  const fields = entries.map((one) => Object.fromEntries(one.map((name, at) => [name, one[at + 1]])));
  return fields.map(({ username, object }) => `${username} ${object}`);
}
const alive = () => [...servers.pods].slice(1);

test("three come together of the overlay's settings, and each user finds the master by the sentinels and signs in", async () => {
  await eventually(() => isWhole(servers.pods)).toBe(true);
  // On a machine that stands still for seconds another one than the first may have taken over by now.
  const roles = async () => (await Promise.all(servers.pods.map(({ redis }) => roleOf(redis)))).sort();
  await eventually(roles).toEqual(["master", "slave", "slave"]);
  for (const user of [...meshServices, "services"])
    expect(await opened(await urlOf(user)).ping()).toBe("PONG");
});

test("the end of the master's pod has another one take over, for every service's connection, and nobody is refused anything", async () => {
  const [first] = servers.pods;
  if (first === undefined) throw new Error("there is no pod");
  const connections = await Promise.all(
    meshServices.map(async (service) => ({ service, redis: opened(await urlOf(service)) })),
  );
  const write = (redis: Redis) => redis.hset("tapline:{p0}:telemetry:deltas", "field", "1");
  for (const { redis } of connections) await write(redis);
  await servers.kill(first);
  for (const { redis } of connections) expect(await write(redis)).toBe(0);
  const [master] = new Set(await named(alive()));
  expect(alive().map(({ redis }) => redis)).toContain(master);
  expect(await roleOf(master ?? 0)).toBe("master");
  for (const { redis, sentinel } of alive())
    expect([...(await refusals(redis)), ...(await refusals(sentinel))]).toEqual([]);
});

test("the pod that comes back follows, and keeps to it when all end at once", async () => {
  const [first] = servers.pods;
  if (first === undefined) throw new Error("there is no pod");
  const [master] = await named(alive());
  await servers.startAgain(first);
  await eventually(() => roleOf(first.redis)).toBe("slave");
  await eventually(() => isWhole(servers.pods)).toBe(true);
  for (const pod of servers.pods) await servers.kill(pod);
  await Promise.all(servers.pods.map((pod) => servers.startAgain(pod)));
  await eventually(() => isWhole(servers.pods)).toBe(true);
  expect(await named(servers.pods)).toEqual([master, master, master]);
  expect(await roleOf(master ?? 0)).toBe("master");
  expect(await opened(await urlOf("kpi")).hget("tapline:{p0}:telemetry:deltas", "field")).toBe("1");
});

test("a master whose pod is to end hands over before, while it still serves; a replica just ends", async () => {
  const [before] = await named(servers.pods);
  const own = servers.pods.find(({ redis }) => redis === before);
  const other = servers.pods.find(({ redis }) => redis !== before);
  if (own === undefined || other === undefined) throw new Error("there is no pod");
  await servers.handOver(other);
  await servers.kill(other);
  const rest = servers.pods.filter((pod) => pod !== other);
  expect(await named(rest)).toEqual([before, before]);
  await servers.startAgain(other);
  await eventually(() => isWhole(servers.pods)).toBe(true);

  const kpi = opened(await urlOf("kpi"));
  // A replica that has just come does not count at once.
  const write = () => eventually(() => kpi.hset("tapline:{p0}:telemetry:deltas", "field", "1")).toBe(0);
  await write();
  await servers.handOver(own);
  const left = servers.pods.filter((pod) => pod !== own);
  const [after, also] = await named(left);
  expect(also).toBe(after);
  expect(left.map(({ redis }) => redis)).toContain(after);
  expect(await roleOf(after ?? 0)).toBe("master");
  // Nobody had to miss it: it answers still.
  expect(await roleOf(own.redis)).toMatch(/^(master|slave)$/);
  await servers.kill(own);
  await write();
  for (const { redis, sentinel } of left)
    expect([...(await refusals(redis)), ...(await refusals(sentinel))]).toEqual([]);
  await servers.startAgain(own);
  await eventually(() => roleOf(own.redis)).toBe("slave");
  await eventually(() => isWhole(servers.pods)).toBe(true);
});

test("a master without a replica takes nothing, and nobody comes to a sentinel's settings", async () => {
  const [master] = await named(servers.pods);
  const web = opened(await urlOf("web"));
  expect(await web.ping()).toBe("PONG");
  for (const pod of servers.pods) if (pod.redis !== master) await servers.kill(pod);
  await eventually(() =>
    web.hset("tapline:{p0}:telemetry:deltas", "field", "2").then(String, (error: Error) => error.message),
  ).toMatch(/NOREPLICAS/);
  const own = servers.pods.find(({ redis }) => redis === master);
  const url = new URL(
    (await urlOf("kpi")).replace(/@.*$/, `@localhost:${own?.sentinel}`).replace("-sentinel", ""),
  );
  const kpi = opened(url.href);
  for (const command of [
    ["SENTINEL", "failover", "tapline"],
    ["SENTINEL", "set", "tapline", "quorum", "1"],
    ["SENTINEL", "CONFIG", "GET", "*"],
    ["ACL", "LIST"],
  ]) {
    const [name = "", ...args] = command;
    await expect(kpi.call(name, ...args)).rejects.toThrow("NOPERM");
  }
});
