import { describe, expect, test } from "vitest";
import { clusterNodes, redisUrlPattern } from "./index.ts";

describe("where Redis is", () => {
  test("is one server, or some nodes of a cluster with what lets us in", () => {
    expect(clusterNodes("redis://:secret@127.0.0.1:6379")).toBeNull();
    expect(clusterNodes("redis-cluster://:s%40cret@10.0.0.1:7000,[::1]:7001")).toEqual({
      addresses: [
        { host: "10.0.0.1", port: 7000 },
        { host: "::1", port: 7001 },
      ],
      credentials: { password: "s@cret" },
    });
    expect(clusterNodes("rediss-cluster://tapline:secret@redis.example:7000")).toEqual({
      addresses: [{ host: "redis.example", port: 7000 }],
      credentials: { username: "tapline", password: "secret", tls: {} },
    });
    expect(clusterNodes("redis-cluster://redis.example:7000")?.credentials).toEqual({});
  });

  test.each([
    "redis://127.0.0.1:6379",
    "rediss://user:secret@redis.example:6380/2",
    "redis-cluster://:secret@one:7000,two:7001,[::1]:7002",
    "rediss-cluster://one:7000",
  ])("%s is a form of it", (url) => {
    expect(redisUrlPattern.test(url)).toBe(true);
  });

  test.each([
    "http://127.0.0.1",
    "redis://one:1,two:2",
    "redis-cluster://one",
    "redis-cluster://one:7000,",
    "redis-cluster://one:7000/2",
    "redis-cluster://",
  ])("%s is none", (url) => {
    expect(redisUrlPattern.test(url)).toBe(false);
  });
});
