import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, RoleLease } from "./index.ts";

const key = "tapline:{test}:leader";
const leaseMs = 60_000;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let lease: RoleLease;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  lease = new RoleLease(redis, key, leaseMs);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Every command that the server runs while `act` runs, as it says itself; what a script does comes behind the script. */
async function commandsOf(act: () => Promise<unknown>): Promise<string[]> {
  const watching = await redis.monitor();
  const seen: string[] = [];
  const heardEnd = new Promise<void>((resolve) => {
    watching.on("monitor", (_time: string, [name = "", first]: string[], source: string) => {
      if (first === "the end") resolve();
      else seen.push(source === "lua" ? `script: ${name}` : name);
    });
  });
  await act();
  await redis.echo("the end");
  await heardEnd;
  watching.disconnect();
  return seen.map((name) => name.toLowerCase());
}

test("one holder leads until its lease ends, and keeps it by asking again", async () => {
  expect(await lease.lead("first")).toBe(true);
  expect(await lease.lead("second")).toBe(false);
  await redis.pexpire(key, 5_000);
  expect(await lease.lead("second")).toBe(false);
  expect(await redis.pttl(key)).toBeLessThanOrEqual(5_000);
  expect(await lease.lead("first")).toBe(true);
  expect(await redis.pttl(key)).toBeGreaterThan(5_000);
  expect(await redis.pttl(key)).toBeLessThanOrEqual(leaseMs);
  await redis.del(key);
  expect(await lease.lead("second")).toBe(true);
});

test("who gives its lease up lets the next one lead at once, and takes nothing from somebody else", async () => {
  await lease.lead("first");
  await lease.resign("second");
  expect(await redis.get(key)).toBe("first");
  await lease.resign("first");
  expect(await lease.lead("second")).toBe(true);
  await lease.resign("first");
  expect(await redis.get(key)).toBe("second");
});

test("looking at who holds a lease and acting on it is one step, between which nobody else comes", async () => {
  // Scripts are sent once, and then known by their digest.
  await lease.resign("first");
  await lease.lead("first");
  for (const act of [() => lease.lead("first"), () => lease.resign("first")]) {
    const commands = await commandsOf(act);
    expect(commands.filter((name) => !name.startsWith("script: "))).toEqual(["evalsha"]);
  }
});
