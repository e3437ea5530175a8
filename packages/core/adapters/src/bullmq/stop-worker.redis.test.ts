import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis } from "../redis/index.ts";
import { DeliveryQueue } from "./delivery-queue.ts";

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

const connections = async (): Promise<number> =>
  String(await redis.client("LIST"))
    .trim()
    .split("\n").length;

test.each([
  ["idle", 0],
  ["with a job in hand that ends later", 200],
])(
  "a queue that is closed while %s leaves no connection behind",
  async (_how, takesMs) => {
    const before = await connections();
    const own = connectRedis(server.url, () => undefined);
    const queue = new DeliveryQueue(own, "test:{alerts}:queue");
    let handed = 0;
    queue.work(
      async () => {
        handed++;
        await sleep(takesMs);
      },
      { concurrency: 1, onError: () => undefined, onTakenOver: () => undefined },
    );
    await queue.add([`a-${takesMs}`]);
    const isSo = async (what: () => boolean | Promise<boolean>) => {
      for (const endMs = Date.now() + 20_000; !(await what()); await sleep(20))
        if (Date.now() > endMs) throw new Error("waited in vain");
    };
    await isSo(() => handed === 1);
    await isSo(async () => (await connections()) > before + 2);
    await queue.close(50);
    own.disconnect();
    // What a late job opens it closes: so it is looked at when that is over, too.
    await sleep(takesMs + 500);
    await isSo(async () => (await connections()) === before);
    expect(handed).toBe(1);
  },
  60_000,
);
