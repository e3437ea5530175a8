import { connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownRedis } from "../../../tools/test-servers/index.ts";
import { warnWhereNotDurable } from "./warn-where-not-durable.ts";

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

const mebibyte = 1024 * 1024;

async function warnings(settings: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, value] of Object.entries(settings)) await redis.config("SET", name, value);
  const lines: string[] = [];
  await warnWhereNotDurable(redis, 64 * mebibyte, pino({}, { write: (line) => void lines.push(line) }));
  return lines.join("");
}

test("a server that keeps its promise is not spoken of; each weakness is, with its remedy", async () => {
  const good = { appendonly: "yes", appendfsync: "always", "maxmemory-policy": "noeviction" };
  expect(await warnings({ ...good, maxmemory: "0" })).toBe("");
  expect(await warnings({ ...good, maxmemory: String(128 * mebibyte) })).toBe("");
  expect(await warnings({ appendfsync: "everysec" })).toMatch(/appendfsync always/);
  expect(await warnings({ ...good, "maxmemory-policy": "allkeys-lru" })).toMatch(/noeviction/);
  expect(await warnings({ ...good, maxmemory: String(65 * mebibyte) })).toMatch(/raise maxmemory/);
});
