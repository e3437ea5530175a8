import { execFile } from "node:child_process";
import { Ceilings, connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { admitUser } from "../../../../tools/redis/index.ts";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { declareCeiling } from "../roles/declare-ceiling.ts";

vi.setConfig({ testTimeout: 120_000 });

const main = new URL("./main.ts", import.meta.url).pathname;
const mebibyte = 1024 * 1024;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let env: Record<string, string>;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  const [databaseUrl, redisUrl] = [await freshDatabase(), await admitUser(redis, server.url, "services")];
  // The command's own setting, which is none of the doors'.
  env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TAPLINE_BUFFER_MAX_MIB: "999" };
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const show = (...args: string[]) =>
  new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [main, "buffer", "show", ...args], { env }, (error, out) =>
      error === null ? resolve(out) : reject(error),
    );
  });

/** For as long as this test needs: commands take seconds each on a busy machine. */
async function declare(process: string, mebibytes: number): Promise<void> {
  await new Ceilings(redis).declare({ process, maxBytes: mebibytes * mebibyte });
  await redis.persist("tapline:{p0}:credits:ceilings");
}

test("buffer show tells the ceiling that the running doors keep to, and says where they differ or none runs", async () => {
  expect(await show()).toContain("of at most 999 MiB (by this command's own settings, for no door runs):");
  await declare("door-1", 256);
  expect(await show()).toContain("of at most 256.0 MiB: ");
  await declare("door-1", 256);
  await declare("door 2", 64);
  expect(await show()).toContain("of at most 64.0 MiB (the doors differ: door 2 64.0 MiB, door-1 256.0 MiB)");
  expect(JSON.parse(await show("--json")).ceilings).toEqual([
    { process: "door 2", maxBytes: 64 * mebibyte },
    { process: "door-1", maxBytes: 256 * mebibyte },
  ]);
});

test("what a door said of its ceiling ends with it, and a running one says it again", async () => {
  const ceilings = new Ceilings(redis);
  await redis.flushall();
  await redis.zadd("tapline:{p0}:credits:ceilings", 1, "5 gone");
  const role = declareCeiling({
    ...{ ceilings, instance: "door-3", maxBytes: 7, holdsMs: 150, log: { warn: () => undefined } },
  });
  await expect.poll(() => ceilings.read()).toEqual([{ process: "door-3", maxBytes: 7 }]);
  await redis.flushall();
  await expect.poll(() => ceilings.read()).toEqual([{ process: "door-3", maxBytes: 7 }]);
  await role.stop(100);
  expect(await redis.pttl("tapline:{p0}:credits:ceilings")).toBeGreaterThan(0);
});
