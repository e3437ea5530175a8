import { connectRedis } from "@tapline/adapters/redis";
import { ownRedisCluster } from "@tapline/tools/test-servers";
import type { Redis } from "ioredis";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ClientToServerEvents, ServerToClientEvents } from "../../contracts/events.ts";
import { startConsole } from "../start-console.ts";
import {
  adminSignIn,
  livePicture,
  publishLive,
  signIn,
  silentPages,
  startTestConsole,
  type TestConsole,
} from "../test-console.fixture.ts";

let cluster: Awaited<ReturnType<typeof ownRedisCluster>>;
let site: TestConsole;
let redis: Redis;

beforeAll(async () => {
  cluster = await ownRedisCluster();
  site = await startTestConsole({ redisUrl: cluster.url });
  redis = connectRedis(cluster.url, () => undefined);
  await site.console.ensureFirstAdmin(adminSignIn);
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await site.stop();
  await cluster.stop();
});

test("on a Redis Cluster live pictures reach the sockets of all console processes", async () => {
  const { cookie } = await signIn(site.console.origin);
  const second = await startConsole({ ...site.config, port: 0 }, silentPages);
  const seen = [site.console.origin, second.origin].map((origin) => {
    const client: Socket<ServerToClientEvents, ClientToServerEvents> = io(origin, {
      transports: ["websocket"],
      extraHeaders: { cookie },
      forceNew: true,
    });
    const seqs: number[] = [];
    client.on("kpi", (live) => seqs.push(live.seq));
    return { client, seqs };
  });
  for (const { client } of seen)
    await vi.waitFor(async () => expect(await client.emitWithAck("subscribe", "kpi")).toBe(true), 10_000);
  let seq = 0;
  // Until the second one, too, follows the stream: it begins with what comes from then on.
  await vi.waitFor(async () => {
    await publishLive(redis, livePicture({ seq: ++seq }));
    expect(seen.map(({ seqs }) => seqs.length > 0)).toEqual([true, true]);
  }, 10_000);
  for (const last = seq + 3; seq < last; ) {
    await publishLive(redis, livePicture({ seq: ++seq }));
    await vi.waitFor(() => expect(seen.map(({ seqs }) => seqs.at(-1))).toEqual([seq, seq]), 10_000);
  }
  const ready = await fetch(`${site.console.origin}/readyz`);
  expect(ready.status).toBe(200);
  for (const { client } of seen) client.disconnect();
  await second.close();
}, 60_000);
