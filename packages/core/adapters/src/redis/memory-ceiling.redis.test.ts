import { randomBytes, randomUUID } from "node:crypto";
import { type BufferedTap, encodeFrame, reservedForResultsBytes, segmentLimits } from "@tapline/core/buffer";
import { hasCode } from "@tapline/core/kernel";
import { usualTapBytes } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { CreditBook, creditKeys, MemoryWatch, SegmentBuffer } from "./index.ts";
import { onOwnRedis } from "./own-buffer.fixture.ts";

const mebibyte = 1024 * 1024;
const maxBytes = 24 * mebibyte;

let redis: Redis;
let buffer: SegmentBuffer;

onOwnRedis((own) => {
  redis = own;
  buffer = new SegmentBuffer(redis, { maxBytes });
  return buffer;
});

let seq = 0;
function frameOf(taps: number, bytes: number): Buffer {
  const made = Array.from(
    { length: taps },
    (): BufferedTap => ({
      agent: "gate-1",
      epoch: 1,
      seq: ++seq,
      reader: "r",
      readAtEpochMs: 1,
      ingestedAtEpochMs: 2,
      traceparent: "",
      payload: randomBytes(bytes),
    }),
  );
  return encodeFrame(made);
}

const append = (taps: number, bytes: number) => buffer.append(frameOf(taps, bytes), taps, "door");
const refusal = (taps: number, bytes: number) => append(taps, bytes).catch((error: unknown) => error);

async function held(): Promise<number> {
  const { frameBytes, resultBytes } = await buffer.backlog();
  return frameBytes + resultBytes;
}

/** Everything up to the archive, which does not answer. */
async function prepareSegment(): Promise<boolean> {
  const id = randomUUID();
  if ((await buffer.cut(id, 1)) === null) return false;
  await buffer.keepVerdicts(id, [{ is: "accepted" }], "encryption");
  await buffer.keepSealed(id, {
    object: randomBytes(segmentLimits.maxBytes - 2_000),
    manifest: Buffer.alloc(1_000),
    signature: Buffer.alloc(500),
  });
  return true;
}

test("an archive outage fills the buffer up to its ceiling and no further, sealed forms included", async () => {
  let full: unknown = null;
  while (full === null) {
    const refused = await refusal(200, 600);
    if (refused instanceof Error) full = refused;
    await prepareSegment();
  }
  expect(hasCode(full, "overloaded") && full.facts).toEqual({ retryAfterMs: 2_000 });
  while (await prepareSegment());
  expect(await redis.scard("tapline:{p0}:open")).toBe(segmentLimits.maxOpen);
  expect(await held()).toBeLessThanOrEqual(maxBytes);
  expect(await held()).toBeGreaterThan(maxBytes - mebibyte);
  const { usedBytes } = await new MemoryWatch(redis).read();
  expect(usedBytes).toBeLessThan(maxBytes * 1.5);
});

test("what a segment took is given back when it ends, to the byte", async () => {
  for (let i = 0; i < 3; i++) await append(20, 600);
  const before = await held();
  const id = randomUUID();
  await buffer.cut(id, 1);
  await buffer.keepVerdicts(id, [{ is: "accepted" }], "encryption");
  await append(1, 100);
  const later = (await held()) - before;
  expect(later).toBeGreaterThan(100);
  await buffer.keepSealed(id, {
    object: Buffer.alloc(5_000),
    manifest: Buffer.alloc(10),
    signature: Buffer.alloc(1),
  });
  const segment = await buffer.find(id);
  await buffer.finish(segment!, (await buffer.read(segment!)).entries, []);
  expect(await redis.hgetall("tapline:{p0}:counts")).toEqual({
    buffered: "1",
    frames: String(await held()),
    results: "0",
  });
});

test("credits shrink as the ceiling comes near, so that agents stop before anything is refused", async () => {
  const limits = {
    tapsPerSecond: 100_000,
    windowTaps: 1_000_000,
    maxBytes: reservedForResultsBytes + mebibyte,
  };
  const narrow = new SegmentBuffer(redis, limits);
  const book = new CreditBook(redis, limits, "door");
  const ask = async (kind: "some" | "all", taps: number) =>
    (await book.ask(0, [{ agent: "a", kind, taps }])).grants[0]?.taps ?? -1;
  expect(await ask("some", 100_000)).toBeLessThanOrEqual(mebibyte / usualTapBytes);
  let taken = 0;
  for (let granted = await ask("some", 200); granted > 0; granted = await ask("some", 200)) {
    await narrow.append(frameOf(granted, 600), granted, "door");
    taken += granted;
  }
  expect(taken * 600).toBeGreaterThan(mebibyte / 4);
  expect((await narrow.backlog()).frameBytes).toBeLessThan(mebibyte);
  // What streams leave to requests is taken by those, and then nobody gets anything.
  expect(await ask("all", 400)).toBe(400);
  await narrow.append(frameOf(400, 600), 400, "door");
  expect(await ask("all", 400)).toBe(0);
});

test("nothing is granted while the server's memory is short, nor longer than the watcher lives", async () => {
  const limits = { tapsPerSecond: 1_000, windowTaps: 10_000, maxBytes };
  const book = new CreditBook(redis, limits, "door");
  const granted = async () =>
    (await book.ask(0, [{ agent: randomUUID(), kind: "all", taps: 10 }])).grants[0]?.taps;
  const watch = new MemoryWatch(redis);
  await watch.shut({ usedBytes: 90, maxBytes: 100 }, 200);
  expect(await watch.isShut()).toBe(true);
  expect(await granted()).toBe(0);
  expect(await redis.pttl(creditKeys.shut)).toBeLessThanOrEqual(200);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await granted()).toBe(10);
  await watch.shut({ usedBytes: 90, maxBytes: 100 }, 60_000);
  await watch.open();
  expect(await granted()).toBe(10);
});
