import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, creditKeys, partitionKeys, RefusedQuota } from "./index.ts";

const dayMs = 24 * 3_600_000;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let quota: RefusedQuota;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  quota = new RefusedQuota(redis, 100);
});
beforeEach(async () => {
  await redis.flushall();
  for (const id of ["s1", "s2", "s3"]) await redis.hset(partitionKeys(0).segment(id), "stage", "transfer");
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const standing = (segment: string, refused: Record<string, number>) =>
  quota.count(
    segment,
    new Map(Object.entries(refused).map(([agent, counts]) => [agent, { counts, countsOver: 1 }])),
  );
const count = async (segment: string, refused: Record<string, number>) =>
  (await standing(segment, refused)).spent;
const counted = (agent: string) => redis.get(creditKeys.refused(agent));

test("names those whose quota a segment spends, and not those who have spent it before", async () => {
  expect(await count("s1", { a: 99, b: 150, c: 1 })).toEqual(["b"]);
  expect(await count("s2", { a: 1, b: 1, c: 1 })).toEqual(["a"]);
  expect(await count("s3", { a: 1, b: 1 })).toEqual([]);
  expect([await counted("a"), await counted("b"), await counted("c")]).toEqual(["101", "102", "2"]);
});

test("a segment counts once, and says the same each time, however often a stage runs again", async () => {
  const answers = await Promise.all([0, 1, 2].map(() => count("s1", { a: 60, b: 100 })));
  expect(answers).toEqual([["b"], ["b"], ["b"]]);
  expect([await counted("a"), await counted("b")]).toEqual(["60", "100"]);
});

test("a segment that has ended counts no more, and one without refused taps asks nothing", async () => {
  expect(await count("gone", { a: 100 })).toEqual([]);
  expect(await count("s1", {})).toEqual([]);
  expect(await redis.hexists(partitionKeys(0).segment("s1"), "spent")).toBe(0);
  expect(await redis.keys(creditKeys.refused("*"))).toEqual([]);
});

test("from the quota on each tap counts as it is kept then, and the segment remembers of whom that holds", async () => {
  expect(await standing("s1", { a: 150, b: 99 })).toEqual({ spent: ["a"], over: [] });
  const second = { spent: ["b"], over: ["a"] };
  expect(await standing("s2", { a: 32, b: 32 })).toEqual(second);
  expect([await counted("a"), await counted("b")]).toEqual(["101", "100"]);
  await redis.del(creditKeys.refused("a"));
  expect(await standing("s2", { a: 32, b: 32 })).toEqual(second);
});

test("what somebody wrote into an open segment names no agent but those that it has refused taps of, each once", async () => {
  const strangers = Array.from({ length: 1_000 }, (_, i) => `victim-${i}`).join(" ");
  await redis.hset(partitionKeys(0).segment("s1"), { spent: `${strangers} a a`, over: `b ${strangers} b` });
  expect(await standing("s1", { a: 1, b: 1 })).toEqual({ spent: ["a"], over: ["b"] });
  expect(await count("s1", {})).toEqual([]);
});

test("a count that is no number begins anew, and fails no segment", async () => {
  for (const text of ["x", "", "-5", "1e3", "007", "9".repeat(20), " 5"]) {
    await redis.set(creditKeys.refused("a"), text);
    await redis.hset(partitionKeys(0).segment(`s ${text}`), "stage", "transfer");
    expect(await count(`s ${text}`, { a: 100 }), text).toEqual(["a"]);
    expect(await counted("a"), text).toBe("100");
  }
  await redis.del(creditKeys.refused("a"));
  await redis.hset(creditKeys.refused("a"), "of", "another kind");
  expect(await count("s1", { a: 3 })).toEqual([]);
  expect(await counted("a")).toBe("3");
});

test("a count ends with its day of UTC", async () => {
  await count("s1", { a: 1 });
  const ends = Date.now() + (await redis.pttl(creditKeys.refused("a")));
  expect(Math.abs(ends - Math.floor(ends / dayMs + 0.5) * dayMs)).toBeLessThan(2_000);
  expect(ends).toBeGreaterThan(Date.now());
});
