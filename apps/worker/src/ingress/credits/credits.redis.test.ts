import { partitionKeys } from "@tapline/adapters/redis";
import { reservedForResultsBytes } from "@tapline/core/buffer";
import { usualTapBytes } from "@tapline/core/validation";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectAs, submit } from "../../agent.fixture.ts";
import { until } from "../../path.fixture.ts";
import type { RunningIngest } from "../../roles/ingest.ts";
import { setUpIngest, type TestIngest } from "../stream/ingest.fixture.ts";
import { type StreamClient, streamTap } from "../stream/stream.fixture.ts";

const agents = Array.from({ length: 60 }, (_, i) => `gate-${i}`);
let ingest: TestIngest;

beforeAll(async () => {
  ingest = await setUpIngest(agents);
});
beforeEach(async () => {
  await ingest.redis.flushall();
  await ingest.buffer.openGeneration("life-1");
});
afterAll(async () => {
  await ingest.end();
});

/** Archives what comes, and looks again and again at how much is granted and buffered. */
function archiveAll() {
  const seen = { most: 0, archived: 0, stop: false };
  const looking = (async () => {
    while (!seen.stop) {
      const [buffered, held] = (await ingest.redis
        .multi()
        .hget(partitionKeys(0).counts, "buffered")
        .hvals("tapline:{p0}:credits:held")
        .exec()) as [[null, string | null], [null, string[]]];
      const granted = held[1].reduce((sum, taps) => sum + Number(taps), 0);
      seen.most = Math.max(seen.most, Number(buffered[1] ?? 0) + granted);
      seen.archived += (await ingest.archive())?.taps ?? 0;
    }
  })();
  return {
    seen,
    stop: async (): Promise<void> => {
      seen.stop = true;
      await looking;
    },
  };
}

/** An agent that sends what it has as fast as its credits let it, and waits for no answer. */
function drain(stream: StreamClient, taps: number, tapBytes = 20): { sent: () => number } {
  let sent = 0;
  let granted = 0;
  let batch = 0;
  stream.call.on("data", ({ message }) => {
    if (message?.$case !== "credits") return;
    granted += message.value.taps;
    while (sent < taps && granted > sent) {
      const count = Math.min(100, taps - sent, granted - sent);
      stream.taps(
        ++batch,
        Array.from({ length: count }, (_, i) => streamTap(sent + i + 1, Buffer.alloc(tapBytes))),
      );
      sent += count;
    }
  });
  stream.hello();
  return { sent: () => sent };
}

test("many agents that come back at once drain within the window; none starves, and nothing is lost", async () => {
  const limits = { windowTaps: 2_000 };
  const each = 250;
  // Nobody is granted anything before the buffer is open, so all begin at once.
  await ingest.redis.flushall();
  const doors: RunningIngest[] = [await ingest.start(limits), await ingest.start(limits)];
  const streams = agents.map((agent, i) => ingest.open(agent, doors[i % 2]!.streamPort));
  const drains = streams.map((stream) => drain(stream, each));
  await Promise.all(streams.map((stream) => stream.wait("welcome")));
  await ingest.buffer.openGeneration("life-1");
  const archiving = archiveAll();
  const atFirstDoor = drains.filter((_, i) => i % 2 === 0);
  const sentWhenFirstWasDone = until(
    "one agent is done",
    () => atFirstDoor.some((one) => one.sent() === each) && atFirstDoor.map((one) => one.sent()),
    60_000,
  );
  const acked = (stream: StreamClient): number =>
    stream
      .all("receipts")
      .reduce(
        (sum, { receipts }) => sum + receipts.reduce((n, r) => n + (r.archived[0]?.seqs.length ?? 0), 0),
        0,
      );
  await until("all are archived", () => streams.every((stream) => acked(stream) === each), 60_000);
  expect(Math.min(...(await sentWhenFirstWasDone))).toBeGreaterThan(0);
  await archiving.stop();
  expect(archiving.seen.archived).toBe(agents.length * each);
  expect(archiving.seen.most).toBeLessThanOrEqual(limits.windowTaps);
  expect(streams.every((stream) => stream.isOpen())).toBe(true);
  for (const stream of streams) stream.close();
  await Promise.all(doors.map((door) => door.stop(2_000)));
  expect(await ingest.redis.hgetall("tapline:{p0}:credits:held")).toEqual({});
});

test("quiet agents do not keep the window from a busy one", async () => {
  const door = await ingest.start({ tapsPerSecond: 5_000, windowTaps: 1_000 });
  const quiet = agents.slice(1).map((agent) => ingest.open(agent, door.streamPort));
  for (const stream of quiet) stream.hello();
  await Promise.all(quiet.map((stream) => stream.wait("welcome")));
  const archiving = archiveAll();
  const busy = ingest.open("gate-0", door.streamPort);
  drain(busy, 2_000);
  await until(
    "the busy one is done",
    () =>
      busy.all("receipts").flatMap(({ receipts }) => receipts.flatMap((r) => r.archived[0]?.seqs)).length ===
      2_000,
    60_000,
  );
  for (const stream of quiet) stream.taps(1, [streamTap(1)]);
  await Promise.all(quiet.map((stream) => stream.wait("ack")));
  await archiving.stop();
  expect(archiving.seen.most).toBeLessThanOrEqual(1_000);
  for (const stream of [busy, ...quiet]) stream.close();
  await door.stop(2_000);
});

test("an agent sends no faster than it may, however much is waiting", async () => {
  const door = await ingest.start({ tapsPerSecond: 100, windowTaps: 50_000 });
  const archiving = archiveAll();
  const stream = ingest.open("gate-0", door.streamPort);
  const startedMs = performance.now();
  const { sent } = drain(stream, 700);
  await until("all are sent", () => sent() === 700, 30_000);
  // 500 at once, the rest at 100 a second.
  expect(performance.now() - startedMs).toBeGreaterThan(1_500);
  await archiving.stop();
  stream.close();
  await door.stop(2_000);
});

test("the buffer's ceiling reaches the agents: streams get no more credits, requests 429, and both go on behind it", async () => {
  const door = await ingest.start({ maxBytes: reservedForResultsBytes + 1_500 * usualTapBytes });
  const stream = ingest.open("gate-0", door.streamPort);
  const { sent } = drain(stream, 2_000, 600);
  await until("the stream has stopped", async () => {
    const before = sent();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return before > 0 && sent() === before;
  });
  expect(sent()).toBeLessThan(2_000);
  const client = connectAs(ingest, "gate-1", door.port);
  const taps = Array.from({ length: 500 }, (_, i) => submit(i + 1, Buffer.alloc(600)));
  await client.post({ epoch: 1, taps });
  const refused = await client.post({ epoch: 1, taps });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  const archiving = archiveAll();
  await until("all are sent", () => sent() === 2_000, 30_000);
  await until("a request gets in", async () => (await client.post({ epoch: 1, taps })).status === 202);
  await archiving.stop();
  expect(stream.isOpen()).toBe(true);
  await client.close();
  stream.close();
  await door.stop(2_000);
});
