import { type BufferedTap, decodeFrame } from "@tapline/core/buffer";
import { describe, expect, test } from "vitest";
import { type AppendFrame, Door } from "./door.ts";

const tap = (seq: number, bytes = 10): BufferedTap => ({
  agent: "gate-1",
  epoch: 1,
  seq,
  reader: "r",
  readAtEpochMs: 1,
  ingestedAtEpochMs: 2,
  traceparent: "",
  payload: Buffer.alloc(bytes),
});

/** A buffer whose writes end when the test says so. */
function slowBuffer() {
  const frames: number[][] = [];
  const pending: (() => void)[] = [];
  const append: AppendFrame = async (frame, taps) => {
    frames.push(decodeFrame(frame).map(({ seq }) => seq));
    expect(frames.at(-1)).toHaveLength(taps);
    await new Promise<void>((resolve) => pending.push(resolve));
    return "g1";
  };
  return { frames, append, endNext: () => pending.shift()?.() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the door's group commit", () => {
  test("sends a lone tap at once", async () => {
    const buffer = slowBuffer();
    const door = new Door(buffer.append);
    const taken = door.take([tap(1)]);
    await turn();
    expect(buffer.frames).toEqual([[1]]);
    buffer.endNext();
    expect(await taken).toBe("g1");
  });

  test("puts what arrives during a write into one frame, in order", async () => {
    const buffer = slowBuffer();
    const door = new Door(buffer.append);
    const taken = [door.take([tap(1)])];
    await turn();
    for (const seq of [2, 3]) taken.push(door.take([tap(seq)]));
    await turn();
    taken.push(door.take([tap(4)]));
    await turn();
    expect(buffer.frames).toEqual([[1]]);
    buffer.endNext();
    await turn();
    await turn();
    expect(buffer.frames).toEqual([[1], [2, 3, 4]]);
    buffer.endNext();
    expect(await Promise.all(taken)).toEqual(Array(4).fill("g1"));
  });

  test("never puts more into a frame than fits, unless one request alone is larger", async () => {
    const buffer = slowBuffer();
    const door = new Door(buffer.append);
    const many = Array.from({ length: 300 }, (_, i) => door.take([tap(i + 1)]));
    const large = door.take(Array.from({ length: 250 }, (_, i) => tap(1000 + i)));
    for (let i = 0; i < 20; i++) {
      await turn();
      buffer.endNext();
    }
    await Promise.all([...many, large]);
    expect(buffer.frames.map((frame) => frame.length)).toEqual([200, 100, 250]);
  });

  test("tells everybody in a frame that its write failed, and goes on with the next", async () => {
    let fail = true;
    const door = new Door(async () => {
      if (fail) throw new Error("gone");
      return "g2";
    });
    const failed = await Promise.allSettled([door.take([tap(1)]), door.take([tap(2)])]);
    expect(failed.map((result) => result.status)).toEqual(["rejected", "rejected"]);
    fail = false;
    expect(await door.take([tap(3)])).toBe("g2");
  });
});
