import { randomBytes, randomUUID } from "node:crypto";
import { encodeFrame, routeOf, segmentId } from "@tapline/core/buffer";
import type { Receipt } from "@tapline/core/tap";
import type { TelemetryDelta } from "@tapline/core/telemetry";
import { type CreditLimits, reservedTaps } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import {
  type AddressedReceipt,
  CreditBook,
  Cutters,
  cutterLeaseMs,
  type Leases,
  partitionKeys,
  SegmentBuffer,
  SegmentShares,
  TapLedger,
  telemetryKeys,
} from "./index.ts";
import { onOwnRedis } from "./own-buffer.fixture.ts";

const partitions = 4;
let redis: Redis;
let buffer: SegmentBuffer;

onOwnRedis((own) => {
  redis = own;
  buffer = new SegmentBuffer(redis, { partitions });
  return buffer;
});

let seq = 0;
const append = async (partition: number, taps = 1): Promise<string> => {
  const made = Array.from({ length: taps }, () => ({
    ...{ agent: "gate-1", epoch: 1, seq: ++seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 },
    ...{ traceparent: "", payload: Buffer.alloc(9) },
  }));
  return await buffer.append(encodeFrame(made), taps, "door", partition);
};

async function cut(partition: number) {
  await append(partition);
  const id = segmentId(Date.now(), randomBytes, partition);
  await buffer.cut(id, 1_000);
  return (await buffer.find(id))!;
}

const receipt = (segment: string): Receipt => ({
  ...{ epoch: 1, level: "archived", atEpochMs: 1 },
  verdicts: [{ seq: 1, verdict: "duplicate", segment }],
});
const told = async (agent: string): Promise<number> =>
  (await buffer.receipts(agent, "0", 10)).receipts.length;
const ended = { process: "w" } as unknown as TelemetryDelta;
const finish = async (segment: Awaited<ReturnType<typeof cut>>, receipts: AddressedReceipt[] = []) =>
  await buffer.finish(segment, (await buffer.read(segment)).entries, receipts, ended);
const keysIn = async (partition: number): Promise<string[]> =>
  (await redis.keys(`tapline:{p${partition}}:*`)).map((key) => key.split(":").slice(2).join(":")).toSorted();

describe("partitions of the buffer", () => {
  test("with one, Redis holds what it held before there were more", async () => {
    await redis.flushall();
    const [one, plain] = [new SegmentBuffer(redis, { partitions: 1 }), randomUUID()];
    await one.openGeneration("life-1");
    expect(await one.keepLife("life-1")).toBe(true);
    await one.append(encodeFrame([]), 1, "door");
    await one.cut(plain, 1);
    expect(await redis.dbsize()).toBe(6);
    expect(await keysIn(0)).toEqual([
      "counts",
      "frames",
      "generation",
      "open",
      "preparing",
      `segment:${plain}`,
    ]);
    expect(await redis.hkeys(partitionKeys(0).counts)).toEqual(["buffered", "frames"]);
  });

  test("what goes to one is cut from it alone, counts in the sum, and leaves nothing behind", async () => {
    await Promise.all([append(1, 3), append(2, 4)]);
    expect(await buffer.backlog()).toMatchObject({ taps: 7 });
    expect(await buffer.cut(segmentId(1, randomBytes, 3), 1)).toBeNull();
    const [one, two] = [await cut(1), await cut(2)];
    expect([one.taps, two.taps]).toEqual([4, 5]);
    expect((await buffer.openSegments()).map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    for (const segment of [one, two]) {
      const { taps, entries } = await buffer.read(segment);
      expect(taps).toHaveLength(segment.taps);
      expect(await buffer.keepVerdicts(segment.id, [{ is: "accepted" }], "encryption")).toBe(true);
      const sealed = [1, 2, 3].map(() => Buffer.alloc(9)) as [Buffer, Buffer, Buffer];
      await buffer.keepSealed(segment.id, { object: sealed[0], manifest: sealed[1], signature: sealed[2] });
      expect(await buffer.sealed(segment.id)).not.toBeNull();
      expect(await buffer.finish(segment, entries, [], ended)).toBe(true);
      expect(await buffer.finish(segment, entries, [], ended)).toBe(false);
    }
    expect(await buffer.backlog()).toEqual({ taps: 0, frameBytes: 0, resultBytes: 0, oldestAtEpochMs: null });
    for (const partition of [1, 2])
      expect(await keysIn(partition)).toEqual(["counts", "frames", "generation"]);
    expect((await keysIn(0)).filter((key) => /^(segment|cards|waiting)/.test(key))).toEqual([]);
    expect(await redis.xlen(telemetryKeys.deltas)).toBe(2);
  });

  test("nothing is cut by a card that was laid in another life", async () => {
    await append(1);
    await redis.set(partitionKeys(0).generation, "life-0");
    const id = segmentId(1, randomBytes, 1);
    await expect(buffer.cut(id, 1)).rejects.toMatchObject({ code: "unavailable" });
    expect((await keysIn(0)).filter((key) => /^(segment|cards)/.test(key))).toEqual([]);
    await redis.unlink(partitionKeys(0).generation);
    expect(await buffer.cut(segmentId(1, randomBytes, 1), 1)).toBeNull();
    expect(await redis.llen(partitionKeys(1).uncut)).toBe(1);
  });

  test("a cut that comes to nothing leaves no card", async () => {
    await cut(1);
    await append(1);
    const second = segmentId(1, randomBytes, 1);
    expect(await buffer.cut(second, 1)).toBeNull();
    expect(await redis.exists(partitionKeys(0).segment(second))).toBe(0);
  });

  test("a receipt waits for the end of a segment of another one", async () => {
    const [first, copy] = [await cut(1), await cut(2)];
    await finish(copy, [{ agent: "gate-2", waitsFor: first.id, receipt: receipt(first.id) }]);
    expect(await told("gate-2")).toBe(0);
    await finish(first, [{ agent: "gate-1", waitsFor: null, receipt: receipt(first.id) }]);
    expect([await told("gate-1"), await told("gate-2")]).toEqual([1, 1]);
  });

  test("a number that a segment of one has claimed is not given to a segment of another", async () => {
    const [one, two] = [await cut(1), await cut(2)];
    const ledger = new TapLedger(redis);
    const claim = { tracker: "t", trackerEpoch: 1, trackerSeq: 1, digest: "d", owner: "gate-1/1/1" };
    const ask = async (segment: string, leases: Leases = new Map()) =>
      await ledger.claim({
        ...{ segment, generation: "life-1", claims: [claim], leases },
        rate: { tapsPerHour: 3_600, burstTaps: 10 },
      });
    const [first] = await ask(one.id);
    const lease = { token: first?.is === "ask" ? first.token : "", highest: new Map([[1, 0]]) };
    expect(await ask(one.id, new Map([["t", lease]]))).toEqual([{ is: "new" }]);
    expect(await ask(two.id)).toMatchObject([{ is: "standing", segment: one.id }]);
  });
});

describe("a process that is killed between two partitions", () => {
  test("having kept verdicts: nothing more is claimed, and whoever comes next goes on by them", async () => {
    const segment = await cut(1);
    const kept = { stage: "transfer", verdicts: JSON.stringify([{ is: "accepted" }]) };
    await redis.hset(partitionKeys(0).segment(segment.id), kept);
    const claim = { tracker: "t", trackerEpoch: 1, trackerSeq: 1, digest: "d", owner: "gate-1/1/1" };
    const asked = {
      ...{ segment: segment.id, generation: "life-1", claims: [claim], leases: new Map() },
      rate: { tapsPerHour: 3_600, burstTaps: 10 },
    };
    expect(await new TapLedger(redis).claim(asked)).toEqual([{ is: "over" }]);
    const rejected = { is: "rejected", reason: "rate", detail: "", rules: 1 } as const;
    expect(await buffer.keepVerdicts(segment.id, [rejected], "encryption")).toBe(false);
    expect(await buffer.find(segment.id)).toMatchObject({ stage: "transfer" });
    expect(await buffer.verdicts(segment.id)).toEqual([{ is: "accepted" }]);
    const next = await cut(2);
    await redis.hset(partitionKeys(0).segment(next.id), kept);
    expect(await buffer.find(next.id)).toMatchObject({ stage: "transfer" });
    expect(await buffer.verdicts(next.id)).toEqual([{ is: "accepted" }]);
  });

  test("having ended a segment: the next attempt forgets its bytes, and counts and tells nothing again", async () => {
    const segment = await cut(1);
    await buffer.keepVerdicts(segment.id, [{ is: "accepted" }], "transfer");
    const { entries } = await buffer.read(segment);
    await redis.unlink(partitionKeys(0).segment(segment.id));
    expect(await buffer.verdicts(segment.id)).toEqual([{ is: "accepted" }]);
    const again = { agent: "gate-1", waitsFor: null, receipt: receipt(segment.id) };
    expect(await buffer.finish(segment, entries, [again])).toBe(false);
    expect([await told("gate-1"), await buffer.find(segment.id)]).toEqual([0, null]);
    expect(await buffer.backlog()).toMatchObject({ taps: 0, frameBytes: 0 });
  });

  test("before a cut: its card ends by its time", async () => {
    const segment = await cut(1);
    expect(await redis.pttl(partitionKeys(0).segment(segment.id))).toBeGreaterThan(0);
  });
});

describe("a life of the buffer", () => {
  const names = async () =>
    await Promise.all([0, 1, 2, 3].map((partition) => redis.get(partitionKeys(partition).generation)));

  test("stands in all partitions, and ends in all", async () => {
    expect(await names()).toEqual(Array(4).fill("life-1"));
    const segment = await cut(2);
    expect(await buffer.endLife("another")).toBe(false);
    expect(await buffer.find(segment.id)).not.toBeNull();
    expect(await buffer.endLife("life-1")).toBe(true);
    expect(await redis.keys("*")).toEqual([]);
  });

  test("that has lost a partition is over", async () => {
    expect(await buffer.keepLife("life-1")).toBe(true);
    const [lost, copy] = [await cut(3), await cut(2)];
    await finish(copy, [{ agent: "gate-2", waitsFor: lost.id, receipt: receipt(lost.id) }]);
    await redis.unlink(...(await redis.keys("tapline:{p3}:*")));
    expect(await buffer.keepLife("life-1")).toBe(false);
    await expect(append(3)).rejects.toMatchObject({ code: "unavailable" });
    expect(await append(2)).toBe("life-1");
    expect([await buffer.endLife("life-1"), await told("gate-2")]).toEqual([true, 0]);
    expect(await redis.keys("*")).toEqual([telemetryKeys.deltas]);
    // One that is over already is not for whoever comes late to end.
    expect(await buffer.keepLife("life-0")).toBe(true);
  });

  test("where the first partition was lost, what the others still hold goes with the next life", async () => {
    const segment = await cut(1);
    await redis.unlink(...(await redis.keys("tapline:{p0}:*")));
    expect(await buffer.generation()).toBeNull();
    await buffer.openGeneration("life-2");
    expect(await names()).toEqual(Array(4).fill("life-2"));
    expect([await buffer.find(segment.id), (await buffer.backlog()).taps]).toEqual([null, 0]);
  });

  /** The buffer as a process sees it that is held up before its first `command` on the second partition's name, for so long. */
  const heldUp = (command: "get" | "set", meanwhile: () => Promise<unknown>) => {
    let isOver = false;
    const slow = new Proxy(redis, {
      get(target, property) {
        const value = Reflect.get(target, property);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          if (!isOver && property === command && args[0] === partitionKeys(1).generation) {
            isOver = true;
            await meanwhile();
          }
          return await value.apply(target, args);
        };
      },
    });
    return new SegmentBuffer(slow, { partitions });
  };

  test("that is opened is not ended by who comes late to open the one before", async () => {
    await redis.flushall();
    const one = new SegmentBuffer(redis);
    await one.openGeneration("life-1");
    const late = heldUp("get", async () => {
      await one.endLife("life-1");
      await buffer.openGeneration("life-2");
      await append(1);
    });
    expect(await late.keepLife("life-1")).toBe(true);
    expect([await names(), (await buffer.backlog()).taps]).toEqual([Array(4).fill("life-2"), 1]);
  });

  test("stands in all partitions though who opens the one before lays that one's name there", async () => {
    await redis.flushall();
    const { generation, uncut } = partitionKeys(1);
    const slow = heldUp("set", async () => {
      await redis.set(generation, "life-1", "NX");
      await append(1);
    });
    expect(await slow.openGeneration("life-2")).toBe(true);
    expect([await names(), await redis.exists(uncut)]).toEqual([Array(4).fill("life-2"), 0]);
    expect(await buffer.keepLife("life-2")).toBe(true);
  });

  test("takes more partitions under way, with the shares of stages; fewer are emptied first", async () => {
    await redis.flushall();
    const [one, shares] = [new SegmentBuffer(redis), new SegmentShares(redis)];
    await one.openGeneration("life-1");
    await append(0);
    await shares.set("validation", { greenPercent: 100, watch: null }, 1);
    await expect(append(3)).rejects.toMatchObject({ code: "unavailable" });
    expect(await buffer.keepLife("life-1")).toBe(true);
    expect([await append(3), await names()]).toEqual(["life-1", Array(4).fill("life-1")]);
    const segment = await cut(3);
    expect(routeOf(segment, "validation").colour).toBe("green");
    expect(await shares.set("validation", { greenPercent: 0, watch: null }, 2)).toEqual([segment.id]);
    expect(routeOf((await buffer.find(segment.id))!, "validation").colour).toBe("blue");
    // A process that is set to fewer still sees what lies in the others.
    expect([await one.partitions(), await one.keepLife("life-1")]).toEqual([4, true]);
    expect((await one.openSegments()).map(({ id }) => id)).toEqual([segment.id]);
    expect((await one.backlog()).taps).toBe(3);
    expect(await one.endLife("life-1")).toBe(true);
    expect(await names()).toEqual(Array(4).fill(null));
  });
});

test("window and ceiling are for all partitions together", async () => {
  const limits: CreditLimits = { tapsPerSecond: 5_000, windowTaps: 2_000, maxBytes: 256 * 1024 * 1024 };
  const book = new CreditBook(redis, limits, "door", { partitions });
  await redis.hset(partitionKeys(2).counts, { buffered: 1_400, frames: 1_400 });
  const ask = async () => (await book.ask(0, [{ agent: "a", kind: "some", taps: 1_000 }])).grants[0]?.taps;
  expect(await ask()).toBe(600 - reservedTaps(limits));
  await redis.hset(partitionKeys(2).counts, { buffered: 1, frames: limits.maxBytes - 40 * 1024 * 1024 });
  expect(await ask()).toBe(0);
});

test("each partition has its part of the ceiling", async () => {
  const maxBytes = 64 * 1024 * 1024;
  const small = new SegmentBuffer(redis, { partitions, maxBytes });
  const frame = Buffer.alloc(3 * 1024 * 1024);
  for (let i = 0; i < 2; i++) await small.append(frame, 1, "door", 1);
  await expect(small.append(frame, 1, "door", 1)).rejects.toMatchObject({ code: "overloaded" });
  await small.append(frame, 1, "door", 2);
});

test("those that cut know of each other, until they leave or give no sign of life", async () => {
  const cutters = new Cutters(redis, partitions);
  expect(await cutters.join("a")).toEqual(["a"]);
  expect((await cutters.join("b")).toSorted()).toEqual(["a", "b"]);
  await redis.zadd("tapline:{p0}:cutters:4", 1, "a");
  expect(await cutters.join("b")).toEqual(["b"]);
  await cutters.join("c");
  await cutters.leave("b");
  expect(await cutters.join("c")).toEqual(["c"]);
  expect(await redis.pttl("tapline:{p0}:cutters:4")).toBeLessThanOrEqual(cutterLeaseMs);
});

test("those that are set to more partitions, and those that are not yet, share out all of them each among themselves", async () => {
  const [fewer, more] = [new Cutters(redis, 2), new Cutters(redis, partitions)];
  await Promise.all([fewer.join("a"), more.join("b"), fewer.join("c")]);
  expect((await fewer.join("a")).toSorted()).toEqual(["a", "c"]);
  expect(await more.join("b")).toEqual(["b"]);
});
