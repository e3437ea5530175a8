import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import type { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { peerParameters } from "../../../../../tools/servers/index.ts";
import { MeshAuthority, ownRedis, temporaryFolder } from "../../../../../tools/test-servers/index.ts";
import { connectRedis } from "./index.ts";

async function ownRedisWithTls() {
  const authority = await MeshAuthority.create(await temporaryFolder());
  const server = await ownRedis({ tls: await authority.issue("redis") });
  onTestFinished(() => server.stop());
  const url = server.url.slice(0, server.url.indexOf("?"));
  return { authority, server, url };
}

function opened(url: string, onError: (error: Error) => void = () => undefined): Redis {
  const redis = connectRedis(url, onError);
  onTestFinished(() => redis.disconnect());
  return redis;
}

test("a Redis with mutual TLS takes who shows a certificate, and nobody else", async () => {
  const { authority, server, url } = await ownRedisWithTls();
  const redis = opened(`${url}${peerParameters(await authority.issue("buffer"))}`);
  expect(await redis.ping()).toBe("PONG");
  // As BullMQ makes its own.
  const second = redis.duplicate();
  onTestFinished(() => second.disconnect());
  expect(await second.ping()).toBe("PONG");

  const stranger = await MeshAuthority.create(await temporaryFolder());
  const { ca } = await authority.issue("validation");
  const ofAnother = { ...(await stranger.issue("buffer")), ca };
  const refused = await new Promise<Error>((resolve) =>
    opened(`${url}${peerParameters(ofAnother)}`, resolve),
  );
  expect(refused.message).toMatch(/alert|unknown ca|ECONNRESET|closed/i);
  const unknown = await new Promise<Error>((resolve) => opened(url, resolve));
  expect(unknown.message).toMatch(/certificate/);
  expect(await plainAnswer(server.port)).not.toContain("PONG");
});

test("a certificate that was renewed is shown from the next connection on, and half a pair changes nothing", async () => {
  const { authority, url } = await ownRedisWithTls();
  const files = await authority.issue("buffer");
  const errors: Error[] = [];
  const redis = opened(`${url}${peerParameters(files)}`, (error) => errors.push(error));
  expect(await redis.ping()).toBe("PONG");
  await writeFile(files.key, "half a key");
  redis.disconnect(true);
  expect(await redis.ping()).toBe("PONG");
  const before = shownBy(redis);
  await authority.issue("buffer");
  redis.disconnect(true);
  expect(await redis.ping()).toBe("PONG");
  expect(shownBy(redis)).not.toBe(before);
  expect(errors).toEqual([]);
});

test("a file that is missing stops the start, and is named", () => {
  expect(() => opened("rediss://127.0.0.1:1?sslrootcert=/nowhere/ca.crt")).toThrow(
    /certificates in REDIS_URL cannot be used: .*\/nowhere\/ca.crt/,
  );
});

/** The serial number of the certificate that the connection shows. */
function shownBy(redis: Redis): string {
  const { stream } = redis as unknown as { stream: { getCertificate: () => { serialNumber: string } } };
  return stream.getCertificate().serialNumber;
}

function plainAnswer(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.once("error", () => undefined);
    socket.once("close", () => resolve(answer));
  });
}
