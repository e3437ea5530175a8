import { randomBytes } from "node:crypto";
import { connectRedis } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { openAlert } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { io } from "socket.io-client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let site: TestConsole;
let streams: AlertStreams;
const redis: { disconnect: () => void }[] = [];

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
  const connection = connectRedis(site.config.redisUrl, () => {});
  redis.push(connection);
  streams = new AlertStreams(connection);
});
afterAll(async () => {
  for (const each of redis) each.disconnect();
  await site.stop();
});

function alertNamed(message: string) {
  const raise = {
    ...{ ruleId: "backlog-old", release: "ab".repeat(32), scope: {}, severity: "warning" as const, message },
    ...{
      value: 2,
      limit: 1,
      group: null,
      firstOut: false,
      suppressedBy: null,
      unit: "taps",
      breachedAtEpochMs: 0,
    },
  };
  const atEpochMs = Date.now();
  const actor = { kind: "job", id: "alerts" } as const;
  return openAlert(uuidV7(atEpochMs, randomBytes), raise, { atEpochMs, actor }).alert;
}

test("news reaches those who listen, in order, and after a loss of Redis they are told to ask anew", async () => {
  const { cookie } = await signIn(site.console.origin);
  const client = io(site.console.origin, { transports: ["websocket"], extraHeaders: { cookie } });
  const seen: string[] = [];
  let missed = 0;
  client.on("alerts", (news) => seen.push(...(news.is === "alerts" ? news.alerts : []).map(messageOf)));
  client.on("alertsMissed", () => missed++);
  await new Promise<void>((resolve) => client.once("connect", resolve));
  await streams.publish([alertNamed("nobody listens yet")], true);
  expect(await client.emitWithAck("subscribe", "alerts")).toBe(true);
  await streams.publish([alertNamed("one"), alertNamed("two")], true);
  await streams.publish([alertNamed("three")], false);
  await vi.waitFor(() => expect(seen.slice(-3)).toEqual(["one", "two", "three"]), 5_000);
  const before = missed;
  await site.redis.flushall();
  await site.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await vi.waitFor(() => expect(missed).toBeGreaterThan(before), 10_000);
  await streams.publish([alertNamed("four")], true);
  await vi.waitFor(() => expect(seen.at(-1)).toBe("four"), 5_000);
  client.disconnect();
}, 60_000);

const messageOf = ({ message }: { message: string }) => message;
