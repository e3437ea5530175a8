import { randomBytes, randomUUID } from "node:crypto";
import { type BufferedTap, encodeFrame } from "@tapline/core/buffer";
import { FrameSeal } from "@tapline/core/encryption/process-key";
import { hasCode } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownRedis } from "../../../../../tools/test-servers/index.ts";
import { type BufferOptions, connectRedis, SegmentBuffer } from "./index.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
beforeEach(async () => {
  await redis.flushall();
  await new SegmentBuffer(redis).openGeneration("life-1");
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const secret = "heart rate 61 heart rate 61";
const tap = (seq: number): BufferedTap => ({
  ...{ agent: "gate-1", epoch: 1, seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 },
  ...{ traceparent: "", payload: Buffer.from(secret) },
});
const keyed = (...keys: [Buffer, ...Buffer[]]) => new FrameSeal(keys, randomBytes);

async function append(options: BufferOptions, seq: number): Promise<void> {
  await new SegmentBuffer(redis, options).append(encodeFrame([tap(seq)]), 1, "door");
}

async function readAll(options: BufferOptions): Promise<number[]> {
  const buffer = new SegmentBuffer(redis, options);
  const [open] = await buffer.openSegments();
  const id = open?.id ?? randomUUID();
  if (open === undefined) await buffer.cut(id, 1);
  const segment = await buffer.find(id);
  return (await buffer.read(segment!)).taps.map(({ seq }) => seq);
}

test("Redis sees nothing of a sealed tap; another process with the key reads it", async () => {
  const key = randomBytes(32);
  await append({ seal: keyed(key) }, 1);
  const stored = await redis.xrangeBuffer("tapline:{p0}:frames", "-", "+");
  expect(Buffer.concat(stored.flatMap(([, fields]) => fields)).includes("heart")).toBe(false);
  expect(await readAll({ seal: keyed(key) })).toEqual([1]);
});

test("sealed and open frames lie side by side, so that sealing can be switched and keys be changed in passing", async () => {
  const [before, after] = [randomBytes(32), randomBytes(32)];
  await append({}, 1);
  await append({ seal: keyed(before) }, 2);
  await append({ seal: keyed(after, before) }, 3);
  await append({ seal: keyed(after, before), sealsFrames: false }, 4);
  expect(await readAll({ seal: keyed(after, before) })).toEqual([1, 2, 3, 4]);
});

test("a process without the key says which setting it lacks, and changes nothing", async () => {
  await append({ seal: keyed(randomBytes(32)) }, 1);
  const refused = await readAll({}).catch((error: unknown) => error);
  expect(hasCode(refused, "misconfigured") && refused.remedy).toContain("TAPLINE_PROCESS_KEY");
  const other = await readAll({ seal: keyed(randomBytes(32)) }).catch((error: unknown) => error);
  expect(hasCode(other, "misconfigured") && other.remedy).toContain("TAPLINE_PROCESS_KEY_PREVIOUS");
});

test("a frame of which a bit was changed is named as corrupt", async () => {
  const key = randomBytes(32);
  const sealed = keyed(key).seal(encodeFrame([tap(1)]));
  sealed[sealed.length - 20]! ^= 1;
  await new SegmentBuffer(redis).append(sealed, 1, "door");
  const refused = await readAll({ seal: keyed(key) }).catch((error: unknown) => error);
  expect(hasCode(refused, "corrupt")).toBe(true);
});
