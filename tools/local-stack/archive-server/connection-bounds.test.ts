import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2 from "ssh2";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ArchiveServer, generateSshKeyPair, startArchiveServer } from "./index.ts";

const [host, key] = [generateSshKeyPair(), generateSshKeyPair()];
let dir: string;
let server: ArchiveServer;

async function start(signInTimeoutMs?: number): Promise<void> {
  const times = signInTimeoutMs === undefined ? {} : { signInTimeoutMs };
  server = await startArchiveServer({ dir, hostKey: host.privateKey, clientKey: key.publicKey, ...times });
}

function open(): Socket {
  const socket = connect(server.port, "127.0.0.1");
  return socket.on("error", () => {}).resume();
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-bounds-"));
});
afterEach(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

test.each([
  ["sends no SSH header", ""],
  ["sends its header and no more", "SSH-2.0-slow\r\n"],
])("who %s is cut off once the time for signing in is over", async (_who, text) => {
  await start(300);
  const socket = open();
  socket.write(text);
  await new Promise((resolve) => socket.once("close", resolve));
});

test("who has signed in stays beyond that time", async () => {
  await start(1_000);
  const client = new ssh2.Client();
  let isOpen = true;
  client.on("close", () => {
    isOpen = false;
  });
  const ready = new Promise((resolve, reject) => client.on("ready", () => resolve(true)).on("error", reject));
  client.connect({
    ...{ host: "127.0.0.1", port: server.port, username: "tapline", privateKey: key.privateKey },
  });
  await ready;
  await sleep(1_300);
  expect(isOpen).toBe(true);
  client.end();
});

test("at most 32 connections are held, whatever they send", async () => {
  await start();
  const sockets = new Set(Array.from({ length: 40 }, open));
  for (const socket of sockets) socket.on("close", () => sockets.delete(socket));
  await expect.poll(() => sockets.size).toBe(32);
  for (const socket of sockets) socket.destroy();
});
