import { randomUUID } from "node:crypto";
import { type BufferedTap, encodeFrame, segmentLimits } from "@tapline/core/buffer";
import { hasCode } from "@tapline/core/kernel";
import type { Receipt } from "@tapline/core/tap";
import type { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { type AddressedReceipt, connectRedis, SegmentBuffer, TapLedger } from "./index.ts";
import { onOwnRedis } from "./own-buffer.fixture.ts";

let url: string;
let redis: Redis;
let buffer: SegmentBuffer;

onOwnRedis((own, at) => {
  [redis, url] = [own, at];
  buffer = new SegmentBuffer(redis);
  return buffer;
});

let seq = 0;
const tap = (bytes = 10): BufferedTap => ({
  agent: "gate-1",
  epoch: 1,
  seq: ++seq,
  reader: "r",
  readAtEpochMs: 1,
  ingestedAtEpochMs: 2,
  traceparent: "",
  payload: Buffer.alloc(bytes, seq % 251),
});

async function append(taps: number, bytes?: number): Promise<BufferedTap[]> {
  const made = Array.from({ length: taps }, () => tap(bytes));
  await buffer.append(encodeFrame(made), taps, "door");
  return made;
}

async function cut() {
  const id = randomUUID();
  const done = await buffer.cut(id, 1_000);
  const segment = done === null ? null : await buffer.find(id);
  return segment;
}

async function cutSome() {
  const segment = await cut();
  if (segment === null) throw new Error("nothing was cut");
  return segment;
}

/** Cuts a segment and ends it, so that the next one may be cut; how many taps it had. */
async function cutAndEnd(): Promise<number> {
  const segment = await cutSome();
  await buffer.finish(segment, (await buffer.read(segment)).entries, []);
  return segment.taps;
}

/** Moves a segment past the stages that prepare it. */
async function prepare(id: string): Promise<void> {
  await buffer.keepVerdicts(id, [{ is: "accepted" }], "transfer");
}

const receipt = (n: number): Receipt => ({
  epoch: 1,
  level: "archived",
  atEpochMs: n,
  verdicts: [{ seq: n, verdict: "archived", segment: randomUUID() }],
});
const addressed = (agent: string, n: number, waitsFor: string | null = null): AddressedReceipt => ({
  agent,
  waitsFor,
  receipt: receipt(n),
});

const sealedForm = (text: string) => ({
  object: Buffer.from(`${text} object \0\xff`, "latin1"),
  manifest: Buffer.from(`${text} manifest`),
  signature: Buffer.from(`${text} signature`),
});

describe("a cut", () => {
  test("takes nothing from an empty buffer, and all of a small one in order", async () => {
    expect(await cut()).toBeNull();
    const taps = [...(await append(1)), ...(await append(3)), ...(await append(2))];
    const segment = await cutSome();
    expect(segment).toMatchObject({
      generation: "life-1",
      stage: "validation",
      taps: 6,
      cutAtEpochMs: 1_000,
    });
    const read = await buffer.read(segment);
    expect(read.taps).toEqual(taps);
    expect(read.entries).toHaveLength(3);
    expect(await cut()).toBeNull();
  });

  test("stays below the most taps, and never splits a frame", async () => {
    const most = segmentLimits.maxTaps;
    await append(most - 10);
    await append(10);
    await append(20);
    await append(most + 500);
    await append(1);
    expect([await cutAndEnd(), await cutAndEnd()]).toEqual([most, 20]);
    expect([await cutAndEnd(), await cutAndEnd()]).toEqual([most + 500, 1]);
  });

  test("stays below the most bytes", async () => {
    const frames = 5;
    for (let i = 0; i < frames; i++) await append(1, Math.floor(segmentLimits.maxBytes / 2.5));
    expect([await cutAndEnd(), await cutAndEnd(), await cutAndEnd()]).toEqual([2, 2, 1]);
  });

  test("waits while another segment is prepared, however much is there", async () => {
    for (let i = 0; i < 2; i++) await append(segmentLimits.maxTaps);
    const first = await cutSome();
    expect(await cut()).toBeNull();
    await prepare(first.id);
    expect((await cutSome()).taps).toBe(segmentLimits.maxTaps);
  });

  test("lets a segment fill while another is under way, and takes what is there when that one has ended", async () => {
    await append(1);
    const first = await cutSome();
    await prepare(first.id);
    await append(2);
    expect(await cut()).toBeNull();
    await buffer.finish(first, (await buffer.read(first)).entries, []);
    expect((await cutSome()).taps).toBe(2);
  });

  test("of full segments opens as many as a slow archive may keep waiting, and goes on when one ends", async () => {
    const open = [];
    for (let i = 0; i < segmentLimits.maxOpen; i++) {
      await append(segmentLimits.maxTaps);
      open.push(await cutSome());
      await prepare(open[i]!.id);
    }
    await append(segmentLimits.maxTaps);
    expect(await cut()).toBeNull();
    const [first] = open;
    await buffer.finish(first!, (await buffer.read(first!)).entries, []);
    expect((await cutSome()).taps).toBe(segmentLimits.maxTaps);
    expect(await buffer.openSegments()).toHaveLength(segmentLimits.maxOpen);
  });

  test("does not wait for a segment of which an attempt has failed, until too many are of that kind", async () => {
    for (let i = 0; i < segmentLimits.maxOpen; i++) {
      await append(1);
      const poisoned = await cutSome();
      await append(1);
      expect(await cut()).toBeNull();
      await buffer.noteFailure(poisoned.id);
      expect(await buffer.find(poisoned.id)).not.toBeNull();
    }
    expect(await cut()).toBeNull();
    const [any] = await buffer.openSegments();
    await buffer.finish(any!, (await buffer.read(any!)).entries, []);
    expect((await cutSome()).taps).toBeGreaterThan(0);
  });

  test("of several at once gives each tap to one segment", async () => {
    const taps = (await Promise.all(Array.from({ length: 20 }, () => append(90)))).flat();
    const seqs: number[] = [];
    for (let round = 0; round < 2; round++) {
      const cuts = await Promise.all([cut(), cut(), cut(), cut()]);
      const [segment, ...others] = cuts.filter((found) => found !== null);
      expect(others).toEqual([]);
      const read = await buffer.read(segment!);
      seqs.push(...read.taps.map((each) => each.seq));
      await buffer.finish(segment!, read.entries, []);
    }
    expect(seqs.toSorted((a, b) => a - b)).toEqual(taps.map((each) => each.seq).toSorted((a, b) => a - b));
  });
});

describe("a buffer that was lost", () => {
  test("takes and cuts nothing before it is opened anew, under one name", async () => {
    await redis.flushall();
    for (const refused of [buffer.append(encodeFrame([tap()]), 1, "door"), buffer.cut(randomUUID(), 1)])
      expect(hasCode(await refused.catch((error: unknown) => error), "unavailable")).toBe(true);
    expect(await redis.keys("*")).toEqual([]);
    expect(await buffer.generation()).toBeNull();
    const opened = await Promise.all(["a", "b", "c"].map((name) => buffer.openGeneration(name)));
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(await buffer.append(encodeFrame([tap()]), 1, "door")).toBe(await buffer.generation());
  });

  test("says so where a segment's taps are gone", async () => {
    await append(2);
    const segment = await cutSome();
    const [entry] = (await buffer.read(segment)).entries;
    await redis.xdel("tapline:{p0}:frames", entry!);
    expect(hasCode(await buffer.read(segment).catch((error: unknown) => error), "corrupt")).toBe(true);
  });
});

describe("a segment's way", () => {
  test("keeps the first verdicts and the first sealed form; whoever comes later changes nothing", async () => {
    await append(1);
    const { id } = await cutSome();
    expect(await buffer.keepSealed(id, sealedForm("early"))).toBe(false);
    expect(await buffer.sealed(id)).toBeNull();
    expect(await buffer.keepVerdicts(id, [{ is: "accepted" }], "encryption")).toBe(true);
    expect(await buffer.keepVerdicts(id, [{ is: "duplicate", segment: "x" }], "transfer")).toBe(false);
    expect(await buffer.verdicts(id)).toEqual([{ is: "accepted" }]);
    expect(await buffer.keepSealed(id, sealedForm("first"))).toBe(true);
    expect(await buffer.keepSealed(id, sealedForm("second"))).toBe(false);
    expect(await buffer.sealed(id)).toEqual(sealedForm("first"));
    expect(await buffer.find(id)).toMatchObject({ stage: "transfer" });
  });

  test("counts what is buffered exactly, and ends once", async () => {
    await append(5);
    const segment = await cutSome();
    await append(2);
    expect(await buffer.backlog()).toMatchObject({ taps: 7 });
    const { entries } = await buffer.read(segment);
    expect(await buffer.finish(segment, entries, [addressed("gate-1", 1)])).toBe(true);
    expect(await buffer.finish(segment, entries, [addressed("gate-1", 2)])).toBe(false);
    expect(await buffer.backlog()).toMatchObject({ taps: 2 });
    expect((await buffer.receipts("gate-1", "0", 10)).receipts).toEqual([
      expect.objectContaining({ atEpochMs: 1 }),
    ]);
    expect(await buffer.find(segment.id)).toBeNull();
    expect(await buffer.keepVerdicts(segment.id, [{ is: "accepted" }], "encryption")).toBe(false);
  });

  test("leaves nothing in Redis but what has an end, and four keys of a fixed size", async () => {
    const ledger = new TapLedger(redis);
    await append(2);
    const segment = await cutSome();
    const claims = [1, 2].map((n) => {
      const [digest, owner] = ["00112233aabbccdd", `gate-1/1/${n}`];
      return { tracker: "t1", trackerEpoch: 1, trackerSeq: n, digest, owner };
    });
    const request = { segment: segment.id, generation: segment.generation, claims };
    const rate = { tapsPerHour: 3_600, burstTaps: 10 };
    const [asked] = await ledger.claim({ ...request, leases: new Map(), rate });
    const token = asked?.is === "ask" ? asked.token : "";
    const leases = new Map([["t1", { token, highest: new Map([[1, 0]]) }]]);
    expect(await ledger.claim({ ...request, leases, rate })).toEqual([{ is: "new" }, { is: "new" }]);
    await buffer.keepVerdicts(segment.id, [{ is: "accepted" }, { is: "accepted" }], "encryption");
    await buffer.keepSealed(segment.id, sealedForm("x"));
    await ledger.release(segment.id, "life-1", claims);
    await buffer.finish(segment, (await buffer.read(segment)).entries, [
      addressed("gate-1", 1),
      addressed("gate-2", 2, randomUUID()),
    ]);
    const keys = (await redis.keys("*")).toSorted();
    const lasting = [];
    for (const key of keys) if ((await redis.pttl(key)) < 0) lasting.push(key);
    expect(lasting).toEqual([
      "tapline:{p0}:counts",
      "tapline:{p0}:fence",
      "tapline:{p0}:frames",
      "tapline:{p0}:generation",
    ]);
    expect(await redis.xlen("tapline:{p0}:frames")).toBe(0);
    expect(await redis.hgetall("tapline:{p0}:counts")).toEqual({ buffered: "0", frames: "0", results: "0" });
    expect(keys.length).toBe(lasting.length + 3);
  });
});

describe("receipts", () => {
  test("that wait for another segment are handed out when that one ends, and not before", async () => {
    await append(1);
    const first = await cutSome();
    await prepare(first.id);
    await append(segmentLimits.maxTaps);
    const second = await cutSome();
    const { entries } = await buffer.read(second);
    await buffer.finish(second, entries, [addressed("gate-2", 2, first.id), addressed("gate-2", 1)]);
    const told = async () => (await buffer.receipts("gate-2", "0", 10)).receipts.map((r) => r.atEpochMs);
    expect(await told()).toEqual([1]);
    await buffer.finish(first, (await buffer.read(first)).entries, []);
    expect(await told()).toEqual([1, 2]);
    await append(1);
    const third = await cutSome();
    await buffer.finish(third, [], [addressed("gate-2", 3, first.id)]);
    expect(await told()).toEqual([1, 2, 3]);
  });

  test("are read from a cursor on, in pages, each agent's own", async () => {
    await append(1);
    const all = [1, 2, 3, 4, 5].map((n) => addressed("gate-1", n));
    await buffer.finish(await cutSome(), [], [...all, addressed("gate-2", 9)]);
    const one = await buffer.receipts("gate-1", "0", 2);
    const two = await buffer.receipts("gate-1", one.next, 2);
    const three = await buffer.receipts("gate-1", two.next, 2);
    const none = await buffer.receipts("gate-1", three.next, 2);
    const times = [one, two, three, none].map((page) => page.receipts.map((r) => r.atEpochMs));
    expect(times).toEqual([[1, 2], [3, 4], [5], []]);
    expect(none.next).toBe(three.next);
  });

  test("are announced to whoever listens, as are a first frame and the end of a segment", async () => {
    const listener = connectRedis(url, () => undefined);
    const news: string[] = [];
    await buffer.subscribe(listener, (agent) => news.push(agent));
    await append(1);
    await append(1);
    await buffer.finish(await cutSome(), [], [addressed("gate-7", 1)]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(news).toEqual(["", "gate-7", ""]);
    listener.disconnect();
  });
});
