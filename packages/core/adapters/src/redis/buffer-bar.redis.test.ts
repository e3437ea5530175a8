import { encodeFrame } from "@tapline/core/buffer";
import type { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { BufferBar, SegmentBuffer } from "./index.ts";
import { onOwnRedis } from "./own-buffer.fixture.ts";

const partitions = 3;
let redis: Redis;
let buffer: SegmentBuffer;
let bar: BufferBar;

onOwnRedis((own) => {
  redis = own;
  buffer = new SegmentBuffer(redis, { partitions });
  bar = new BufferBar(redis, partitions);
  return buffer;
});

const append = (partition: number, agent: string, ...seqs: number[]) => {
  const rest = { epoch: 4, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2, traceparent: "" };
  const taps = seqs.map((seq) => ({ agent, seq, ...rest, payload: Buffer.alloc(9) }));
  return buffer.append(encodeFrame(taps), taps.length, "door", partition);
};
const run = (agent: string, first: number, last = first) => ({ agent, epoch: 4, first, last });
const isTaken = (partition: number) =>
  append(partition, "gate-9", 1).then(
    () => true,
    () => false,
  );

describe("the bar before the buffer", () => {
  test("takes nothing in any partition, and says so, until it is lifted", async () => {
    await bar.set("life-1", "one");
    for (let partition = 0; partition < partitions; partition++)
      await expect(append(partition, "gate-1", 1)).rejects.toMatchObject({ code: "unavailable" });
    expect((await bar.runs()).runs).toEqual([]);
    await bar.lift("another");
    expect(await isTaken(1)).toBe(false);
    await bar.lift("one");
    expect(await Promise.all([0, 1, 2].map(isTaken))).toEqual([true, true, true]);
  });

  test("is one at a time, and bars nothing of another life", async () => {
    await bar.set("life-1", "one");
    await bar.set("life-1", "one");
    await expect(bar.set("life-1", "two")).rejects.toMatchObject({ code: "conflict" });
    expect(await isTaken(0)).toBe(false);
    await bar.lift("one");
    await redis.set("tapline:{p2}:generation", "life-2");
    await expect(bar.set("life-1", "one")).rejects.toThrow("not in its life life-1 any more");
    expect(await Promise.all([0, 1].map(isTaken))).toEqual([true, true]);
  });

  test("goes with the life that it was set in, and is found where it was left", async () => {
    await bar.set("life-1", "one");
    expect(await bar.liftOlderThan(60_000)).toBe(false);
    expect(await isTaken(0)).toBe(false);
    expect(await bar.liftOlderThan(0)).toBe(true);
    expect(await bar.liftOlderThan(0)).toBe(false);
    expect(await isTaken(2)).toBe(true);
    await bar.set("life-1", "two");
    expect(await buffer.endLife("life-1")).toBe(true);
    await buffer.openGeneration("life-2");
    expect(await Promise.all([0, 1, 2].map(isTaken))).toEqual([true, true, true]);
  });
});

describe("whose taps are in the buffer", () => {
  test("is told of all partitions, those in open segments too, page by page", async () => {
    for (let seq = 1; seq <= 150; seq++) await append(0, "gate-1", seq * 2);
    await append(1, "gate-2", 1, 2, 3);
    await append(2, "gate-3", 7, 9);
    await buffer.cut("0198c0de-0000-7000-8000-000000000001", 1);
    const { runs, unnamed } = await bar.runs();
    const first = Array.from({ length: 150 }, (_, i) => run("gate-1", 2 * (i + 1)));
    expect([runs, unnamed]).toEqual([[...first, run("gate-2", 1, 3), run("gate-3", 7), run("gate-3", 9)], 0]);
  });

  test("is not known of frames that do not say it, and those are counted", async () => {
    await append(0, "gate-1", 1);
    await redis.xadd("tapline:{p0}:frames", "*", "d", "of an earlier door");
    await buffer.append(Buffer.from("no frame that can be read"), 1, "door", 1);
    expect(await bar.runs()).toEqual({ runs: [run("gate-1", 1)], unnamed: 2 });
  });

  test("is not looked for any further once it is broken off", async () => {
    await append(0, "gate-1", 1);
    await expect(bar.runs(AbortSignal.abort(new Error("killed")))).rejects.toThrow("killed");
  });
});
