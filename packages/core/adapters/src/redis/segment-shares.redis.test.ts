import { randomUUID } from "node:crypto";
import { encodeFrame, routeOf, type SegmentStage, segmentStages } from "@tapline/core/buffer";
import { hasCode } from "@tapline/core/kernel";
import { quantileOf } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { SegmentBuffer, SegmentShares, StageEvidence, type StageShare } from "./index.ts";
import { onOwnRedis } from "./own-buffer.fixture.ts";

let redis: Redis;
let buffer: SegmentBuffer;
let shares: SegmentShares;

onOwnRedis((own) => {
  redis = own;
  buffer = new SegmentBuffer(redis);
  shares = new SegmentShares(redis);
  return buffer;
});

let seq = 0;

/** Cuts one tap into a segment. */
async function cut() {
  const tap = { agent: "gate-1", epoch: 1, seq: ++seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 };
  await buffer.append(encodeFrame([{ ...tap, traceparent: "", payload: Buffer.alloc(9) }]), 1, "door");
  const id = randomUUID();
  const made = await buffer.cut(id, 1_000);
  if (made === null) throw new Error("nothing was cut");
  const segment = await buffer.find(id);
  if (segment === null) throw new Error("the segment is not there");
  expect(made.routes).toEqual(segment.routes);
  return segment;
}

async function end(segment: Awaited<ReturnType<typeof cut>>): Promise<void> {
  const { entries } = await buffer.read(segment);
  await buffer.finish(segment, entries, []);
}

const greenOf = (greenPercent: number, bothPercent = 0, name = "3.1"): StageShare => ({
  greenPercent,
  watch: { name, target: "green", bothPercent },
});

test("without a share all is blue, and nothing of it is written", async () => {
  const segment = await cut();
  expect(segment.routes).toEqual({});
  for (const stage of segmentStages)
    expect(routeOf(segment, stage)).toEqual({ colour: "blue", watch: null, target: null, both: false });
  expect(await redis.hexists(`tapline:{p0}:segment:${segment.id}`, "routes")).toBe(0);
});

test("segments are shared out by their draw, each stage by its own, and keep to what they were given", async () => {
  await shares.set("validation", greenOf(30), 1);
  await shares.set("encryption", greenOf(100, 100), 1);
  const counts = { validation: 0, encryption: 0, transfer: 0 };
  for (let i = 0; i < 80; i++) {
    const segment = await cut();
    for (const stage of segmentStages) if (routeOf(segment, stage).colour === "green") counts[stage]++;
    expect(routeOf(segment, "validation").watch).toBe("3.1");
    expect(routeOf(segment, "encryption").both).toBe(true);
    await end(segment);
  }
  // 24 wanted; within four standard deviations.
  expect(counts.validation).toBeGreaterThan(7);
  expect(counts.validation).toBeLessThan(41);
  expect([counts.encryption, counts.transfer]).toEqual([80, 0]);
});

test("where green gets nothing any more, what is open goes back to blue with the same step", async () => {
  await shares.set("validation", greenOf(100, 100), 1);
  await shares.set("transfer", greenOf(100), 1);
  const segment = await cut();
  expect(await shares.set("transfer", greenOf(0), 1)).toEqual([]);
  expect(await shares.set("validation", greenOf(0), 1)).toEqual([segment.id]);
  const now = await buffer.find(segment.id);
  const back = { colour: "blue", watch: "3.1", target: "green", both: false };
  expect(now?.routes).toEqual({ validation: back, transfer: back });
  await end(segment);
});

test("a lease that is over sets nothing", async () => {
  await shares.set("validation", greenOf(10), 7);
  const late = await shares.set("validation", greenOf(90), 6).catch((error: unknown) => error);
  expect(hasCode(late, "conflict")).toBe(true);
  expect((await shares.read()).validation).toEqual(greenOf(10));
  await shares.set("validation", { greenPercent: 0, watch: null }, 8);
  expect((await shares.read()).validation).toEqual({ greenPercent: 0, watch: null });
});

test("what is late is noted once, and what is compared is kept only where the segment stands", async () => {
  const segment = await cut();
  expect(await shares.noteLate(segment.id, "validation")).toBe(true);
  expect(await shares.noteLate(segment.id, "validation")).toBe(false);
  expect(await shares.noteLate(segment.id, "transfer")).toBe(false);
  expect(await shares.keepCandidate(segment.id, "validation", "validation 1 ab")).toBe(true);
  expect((await buffer.find(segment.id))?.candidate).toBe("validation 1 ab");
  await end(segment);
  expect(await shares.keepCandidate(segment.id, "validation", "late")).toBe(false);
  expect(await shares.noteLate(segment.id, "validation")).toBe(false);
  expect(await redis.keys(`*${segment.id}*`)).toEqual([]);
});

test("evidence adds up by colour and name, and ends after a day", async () => {
  const evidence = new StageEvidence(redis);
  const stage: SegmentStage = "validation";
  for (const tookMs of [10, 10, 400]) await evidence.note(stage, "green", "3.1", { attempts: 1, tookMs });
  await evidence.note(stage, "green", "3.1", { attempts: 1, failures: 1 });
  await evidence.note(stage, "blue", "3.1", { attempts: 1, taps: 50, rejected: 2, tookMs: 0 });
  await evidence.note(stage, "green", "3.2", { compared: 1, differing: 1 });
  const { blue, green } = await evidence.read(stage, "3.1");
  expect(green).toMatchObject({ attempts: 4, failures: 1, taps: 0, differing: 0 });
  expect(quantileOf(green.took, 0.99)).toBeCloseTo(400, -1);
  expect(blue).toMatchObject({ attempts: 1, taps: 50, rejected: 2, took: { zero: 1, buckets: [] } });
  expect(await redis.ttl("tapline:{p0}:evidence:validation:3.1")).toBeGreaterThan(86_000);
});
