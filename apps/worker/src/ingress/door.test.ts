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
  return {
    frames,
    append,
    endNext: () => {
      const end = pending.shift();
      end?.();
      return end;
    },
  };
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

  test("never puts more into a frame than fits, and writes a larger request as several frames at once", async () => {
    const buffer = slowBuffer();
    const door = new Door(buffer.append);
    const many = Array.from({ length: 300 }, (_, i) => door.take([tap(i + 1)]));
    const large = door.take(Array.from({ length: 450 }, (_, i) => tap(1000 + i)));
    const heavy = door.take(Array.from({ length: 3 }, (_, i) => tap(2000 + i, 60 * 1024)));
    const sizes: number[] = [];
    while (buffer.frames.length < 7) {
      await turn();
      if (sizes.at(-1) !== buffer.frames.length) sizes.push(buffer.frames.length);
      while (buffer.endNext() !== undefined);
    }
    await Promise.all([...many, large, heavy]);
    expect(buffer.frames.map((frame) => frame.length)).toEqual([200, 100, 200, 200, 50, 2, 1]);
    expect(buffer.frames.flat()).toEqual(
      [...Array(300).keys(), ...Array(450).keys(), 0, 1, 2].map((n, i) =>
        i < 300 ? n + 1 : i < 750 ? 1000 + n : 2000 + n,
      ),
    );
    expect(sizes).toEqual([1, 2, 5, 7]);
  });

  test("waits for all frames of a request where one of them fails", async () => {
    const ends: ((error: Error | null) => void)[] = [];
    const door = new Door(
      () =>
        new Promise((resolve, reject) =>
          ends.push((error) => (error === null ? resolve("g1") : reject(error))),
        ),
    );
    let ended = false;
    const large = door.take(Array.from({ length: 300 }, (_, i) => tap(i)));
    large.catch(() => undefined).finally(() => (ended = true));
    const next = door.take([tap(1000)]);
    await turn();
    expect(ends).toHaveLength(2);
    ends[0]?.(new Error("gone"));
    await turn();
    expect([ended, ends.length]).toEqual([false, 2]);
    ends[1]?.(null);
    await expect(large).rejects.toThrow("gone");
    await turn();
    ends[2]?.(null);
    expect(await next).toBe("g1");
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
