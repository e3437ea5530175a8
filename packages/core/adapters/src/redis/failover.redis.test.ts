import { randomBytes } from "node:crypto";
import { lifeName, segmentId } from "@tapline/core/buffer";
import { hasCode } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { ownReplicatedRedis } from "../../../../../tools/test-servers/index.ts";
import { connectRedis, SegmentBuffer } from "./index.ts";

let servers: Awaited<ReturnType<typeof ownReplicatedRedis>>;

beforeEach(async () => {
  servers = await ownReplicatedRedis();
}, 60_000);
afterEach(async () => {
  await servers.stop();
});

function opened(url = servers.url): Redis {
  const redis = connectRedis(url, () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

const nowEpochMs = 1_700_000_000_000;
const frame = Buffer.from("a frame");
const nextId = (): string => segmentId(nowEpochMs, randomBytes, 0);

/** A life that is bound to the master as it is, with one segment that was cut and one frame that was not. */
async function openLife(buffer: SegmentBuffer): Promise<{ life: string; cut: string }> {
  const [life, cut] = [lifeName("one", await buffer.history()), nextId()];
  expect(await buffer.openGeneration(life)).toBe(true);
  await buffer.append(frame, 1, "door-1");
  expect(await buffer.cut(cut, nowEpochMs)).toMatchObject({ taps: 1 });
  await buffer.append(frame, 1, "door-1");
  return { life, cut };
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe("a master that is killed", () => {
  test("is followed by every connection to the replica that took over, what waited for it included", async () => {
    const before = await servers.masterPort();
    const [redis, blocked] = [opened(), opened()];
    const copy = redis.duplicate();
    // As BullMQ does with its own.
    copy.on("error", () => undefined);
    onTestFinished(() => copy.disconnect());
    await redis.set("a", 1);
    const waits = blocked.blpop("list", 0);
    process.kill(servers.pidOf(before), "SIGKILL");
    await copy.rpush("list", "told");
    expect(await waits).toEqual(["list", "told"]);
    expect(await redis.get("a")).toBe("1");
    const after = await servers.masterPort();
    expect(after).not.toBe(before);
    await servers.startAgain(before);
    expect(await servers.ask(before, "ROLE")).toContain("slave");
  }, 60_000);

  test("ends the buffer's life before anything goes on in it", async () => {
    const buffer = new SegmentBuffer(opened());
    const { life, cut } = await openLife(buffer);
    expect(await buffer.hasFailedOver(life)).toBe(false);
    expect(await buffer.keepVerdicts(nextId(), [], "encryption")).toBe(false);
    process.kill(servers.pidOf(await servers.masterPort()), "SIGKILL");
    expect(await buffer.generation()).toBe(life);
    const answers = await Promise.all([
      failure(buffer.cut(nextId(), nowEpochMs)),
      failure(buffer.keepVerdicts(cut, [], "encryption")),
    ]);
    expect(answers.map((error) => hasCode(error, "unavailable"))).toEqual([true, true]);
    expect(await buffer.hasFailedOver(life)).toBe(true);
    expect((await buffer.openSegments()).map(({ id, stage }) => `${id} ${stage}`)).toEqual([
      `${cut} validation`,
    ]);

    expect(await buffer.endLife(life)).toBe(true);
    const next = lifeName("two", await buffer.history());
    expect(await buffer.openGeneration(next)).toBe(true);
    await buffer.append(frame, 1, "door-1");
    const id = nextId();
    expect(await buffer.cut(id, nowEpochMs)).toMatchObject({ taps: 1 });
    expect(await buffer.keepVerdicts(id, [], "encryption")).toBe(true);
  }, 60_000);
});

test("a failover that is told of while a connection is made anew does not end it", async () => {
  const redis = opened();
  await redis.ping();
  const { connector, stream } = redis as unknown as Internals;
  redis.once("connecting", () =>
    connector.failoverDetector.sentinels[0]?.client.emit("message", "+switch-master", ""),
  );
  stream.destroy();
  await new Promise((resolve) => redis.once("connecting", resolve));
  expect(await redis.ping()).toBe("PONG");
}, 60_000);

/** What ioredis hears of sentinels by, and the wire to the master. */
type Internals = {
  readonly connector: {
    readonly failoverDetector: { readonly sentinels: readonly { readonly client: Redis }[] };
  };
  readonly stream: { readonly destroy: () => void };
};

test("a master that stands still is left, and what was sent to it is done by who took over", async () => {
  const before = await servers.masterPort();
  const redis = opened();
  await redis.set("a", 1);
  process.kill(servers.pidOf(before), "SIGSTOP");
  expect(await redis.incr("a")).toBe(2);
  expect(await servers.masterPort()).not.toBe(before);
}, 60_000);

test("what a replica refuses is done once it is the master, by the same connection", async () => {
  const master = await servers.masterPort();
  const replica = servers.ports.find((port) => port !== master)!;
  const straight = opened(servers.urlOf(replica));
  const written = straight.incr("a");
  await servers.ask(replica, "CONFIG SET min-replicas-to-write 0");
  await servers.ask(replica, "REPLICAOF NO ONE");
  expect(await written).toBe(1);
}, 60_000);

test("without a replica nothing is taken, and the door is told to wait", async () => {
  const buffer = new SegmentBuffer(opened());
  const { life } = await openLife(buffer);
  const master = await servers.masterPort();
  for (const port of servers.ports) if (port !== master) process.kill(servers.pidOf(port), "SIGKILL");
  let refused: unknown = null;
  while (refused === null)
    refused = await buffer.append(frame, 1, "door-1").then(
      () => null,
      (error: unknown) => error,
    );
  expect(hasCode(refused, "unavailable")).toBe(true);
  expect(await buffer.generation()).toBe(life);
  for (const port of servers.ports) if (port !== master) await servers.startAgain(port);
  let taken: string | null = null;
  while (taken === null) taken = await buffer.append(frame, 1, "door-1").catch(() => null);
  expect(taken).toBe(life);
}, 60_000);
