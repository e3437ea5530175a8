import { connectRedis } from "@tapline/adapters/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { admitUser } from "../../../../tools/redis/index.ts";
import { ownRedis } from "../../../../tools/test-servers/index.ts";
import { explained } from "./tell-error.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let kpi = "";
beforeAll(async () => {
  server = await ownRedis();
  const redis = connectRedis(server.url, () => undefined);
  kpi = await admitUser(redis, server.url, "kpi");
  redis.disconnect();
});
afterAll(() => server.stop());

type Redis = ReturnType<typeof connectRedis>;

async function troubleOf(url: string, ask: (redis: Redis) => Promise<unknown>): Promise<unknown> {
  const redis = connectRedis(url, () => undefined);
  const thrown: unknown = await ask(redis).then(
    () => new Error("Redis did it"),
    (error: unknown) => error,
  );
  redis.disconnect();
  return explained(thrown);
}
const get = (redis: Redis) => redis.get("tapline:{alerts}:live");

test("a Redis that does not let in whom the URL names says so, with what to do", async () => {
  const nobody = server.url.replace(/[^/@]*@/, "");
  for (const url of [`${server.url.replace(/:[^:@]*@/, ":wrong@")}`, nobody])
    expect(await troubleOf(url, get)).toMatchObject({
      code: "misconfigured",
      message: "Redis does not let in whom REDIS_URL names",
      remedy: expect.stringContaining("the right password"),
    });
});

test("a Redis that refuses a key, by a script too, names where to look", async () => {
  const byScript = (redis: Redis) => redis.eval("return redis.call('get', 'tapline:{alerts}:live')", 0);
  for (const ask of [get, byScript])
    expect(await troubleOf(kpi, ask)).toMatchObject({
      code: "misconfigured",
      message: "Redis refuses this to the user of REDIS_URL",
      remedy: expect.stringContaining("ACL LOG"),
    });
});

test("other errors of Redis are left alone", async () => {
  const wrongType = await troubleOf(server.url, async (redis) => {
    await redis.set("key", "text");
    await redis.lpush("key", "x");
  });
  expect(wrongType).toMatchObject({ message: expect.stringMatching(/^WRONGTYPE/) });
});
