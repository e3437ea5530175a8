import { describe, expect, test } from "vitest";
import { clusterNodes, redisUrlPattern, sentinels, takeTlsFiles } from "./index.ts";

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

  test("is whoever some sentinels name, with what lets us in to them and to it", () => {
    expect(sentinels("redis://:secret@127.0.0.1:6379/tapline")).toBeNull();
    expect(sentinels("redis-cluster://one:7000")).toBeNull();
    expect(clusterNodes("redis-sentinel://one:26379/tapline")).toBeNull();
    expect(sentinels("redis-sentinel://tapline_web:s%40cret@one:26379,[::1]:26380/tapline")).toEqual({
      addresses: [
        { host: "one", port: 26379 },
        { host: "::1", port: 26380 },
      ],
      credentials: { username: "tapline_web", password: "s@cret" },
      master: "tapline",
      sentinelCredentials: {},
    });
    const all =
      "rediss-sentinel://one:26379/tapline?sslrootcert=/ca.crt&sentinelusername=u&sentinelpassword=p%26q";
    const { url, files } = takeTlsFiles(all);
    expect(files).toEqual({ ca: "/ca.crt" });
    expect(sentinels(url)).toMatchObject({
      credentials: { tls: {} },
      sentinelCredentials: { sentinelUsername: "u", sentinelPassword: "p&q" },
    });
  });

  test.each([
    "redis://127.0.0.1:6379",
    "rediss://user:secret@redis.example:6380/2",
    "redis-cluster://:secret@one:7000,two:7001,[::1]:7002",
    "rediss-cluster://one:7000",
    "rediss://:secret@redis.example:6380?sslrootcert=/etc/ca.crt&sslcert=/etc/tls.crt&sslkey=/etc/tls.key",
    "rediss-cluster://one:7000,two:7001?sslrootcert=/etc/ca.crt",
    "redis-sentinel://tapline:secret@one:26379,two:26379,[::1]:26379/tapline",
    "rediss-sentinel://one:26379/tapline.main?sslrootcert=/etc/ca.crt&sentinelpassword=secret",
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
    "redis-sentinel://one:26379",
    "redis-sentinel://one:26379/",
    "redis-sentinel://one/tapline",
    "redis-sentinel://one:26379/tapline/0",
  ])("%s is none", (url) => {
    expect(redisUrlPattern.test(url)).toBe(false);
  });

  test("with TLS names files by parameters, which servers never see", () => {
    const all = "rediss://r.example:6380/2?sslrootcert=%2Fetc%2Fca.crt&family=6&sslcert=/c.crt&sslkey=/c.key";
    expect(takeTlsFiles(all)).toEqual({
      url: "rediss://r.example:6380/2?family=6",
      files: { ca: "/etc/ca.crt", cert: "/c.crt", key: "/c.key" },
    });
    expect(takeTlsFiles("rediss-cluster://one:7000?sslrootcert=/ca.crt")).toEqual({
      url: "rediss-cluster://one:7000",
      files: { ca: "/ca.crt" },
    });
    expect(takeTlsFiles("redis://:secret@one")).toEqual({ url: "redis://:secret@one", files: {} });
  });

  test("is refused with half a pair, or with files and no TLS", () => {
    expect(() => takeTlsFiles("rediss://one?sslcert=/c.crt")).toThrow("only one of sslcert and sslkey");
    expect(() => takeTlsFiles("rediss://one?sslmode=require")).toThrow("sslmode=require");
    expect(takeTlsFiles("rediss://one?sslmode=verify-full").url).toBe("rediss://one");
    expect(() => takeTlsFiles("redis://one?sslrootcert=/ca.crt")).toThrow("a URL without TLS");
  });
});
