import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, type SegmentBuffer } from "./index.ts";

/** A Redis of the test file's own, emptied before each test, with the buffer that `begin` makes in it open as `life-1`. */
export function onOwnRedis(begin: (redis: Redis, url: string) => SegmentBuffer): void {
  let server: Awaited<ReturnType<typeof ownRedis>>;
  let redis: Redis;
  let buffer: SegmentBuffer;
  beforeAll(async () => {
    server = await ownRedis();
    redis = connectRedis(server.url, () => undefined);
    buffer = begin(redis, server.url);
  });
  beforeEach(async () => {
    await redis.flushall();
    await buffer.openGeneration("life-1");
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
}
