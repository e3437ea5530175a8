import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode } from "../kernel/index.ts";
import {
  type BufferedTap,
  decodeFrame,
  encodeFrame,
  readTapRuns,
  runsOfFrame,
  type TapRun,
  writeTapRuns,
} from "./index.ts";

const anyTap: fc.Arbitrary<BufferedTap> = fc.record({
  agent: fc.stringMatching(/^[a-z0-9-]{1,63}$/),
  epoch: fc.maxSafeNat(),
  seq: fc.maxSafeNat(),
  reader: fc.string({ minLength: 1, maxLength: 128, unit: "grapheme" }),
  readAtEpochMs: fc.integer({ min: 0, max: 2 ** 47 }),
  ingestedAtEpochMs: fc.integer({ min: 0, max: 2 ** 47 }),
  traceparent: fc.constantFrom("", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
  payload: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
});

describe("a frame", () => {
  test("gives back the taps that were put in, in order", () => {
    fc.assert(
      fc.property(fc.array(anyTap, { minLength: 1, maxLength: 20 }), (taps) => {
        expect(decodeFrame(encodeFrame(taps))).toEqual(taps);
      }),
    );
  });

  test("that was cut short at any byte is refused or shorter, never misread", () => {
    const [tap] = fc.sample(anyTap, { numRuns: 1, seed: 7 });
    const frame = encodeFrame([tap!, tap!]);
    for (let end = 0; end < frame.length; end++) {
      let taps: BufferedTap[] = [];
      try {
        taps = decodeFrame(frame.subarray(0, end));
      } catch (error) {
        expect(hasCode(error, "corrupt")).toBe(true);
      }
      for (const found of taps) expect(found).toEqual(tap);
    }
  });

  test("says whose taps it holds, in their order, also as the text that lies beside it in Redis", () => {
    const few = fc.record({
      agent: fc.constantFrom("gate-1", "gate-2"),
      epoch: fc.nat({ max: 2 }),
      seq: fc.nat({ max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(anyTap, fc.option(few)), { minLength: 1, maxLength: 20 }), (drawn) => {
        const taps = drawn.map(([tap, name]) => ({ ...tap, ...name }));
        const runs = runsOfFrame(encodeFrame(taps));
        expect(runs.flatMap(namesIn)).toEqual(
          taps.map(({ agent, epoch, seq }) => `${agent} ${epoch} ${seq}`),
        );
        expect(readTapRuns(writeTapRuns(runs))).toEqual(runs);
      }),
    );
    const [tap] = fc.sample(anyTap, { numRuns: 1, seed: 7 });
    const taps = [1, 2, 3, 5].map((seq) => ({ ...tap!, agent: "gate-1", epoch: 4, seq }));
    expect(writeTapRuns(runsOfFrame(encodeFrame(taps)))).toBe("gate-1 4 1-3,gate-1 4 5");
  });

  test("that cannot be read names nobody", () => {
    const [tap] = fc.sample(anyTap, { numRuns: 1, seed: 7 });
    const frame = encodeFrame([tap!, tap!]);
    const wholes = new Set([1, (frame.length - 1) / 2 + 1]);
    for (let end = 0; end < frame.length; end++)
      if (!wholes.has(end)) expect(runsOfFrame(frame.subarray(0, end))).toEqual([]);
    expect(runsOfFrame(Buffer.from([2, 0, 0]))).toEqual([]);
    for (const text of ["", "gate-1 1", "gate-1 1 5-", "gate-1 1 5,,gate-2 1 1"])
      expect(readTapRuns(text)).toBeNull();
  });

  test("of another version is refused by name", () => {
    expect(() => decodeFrame(Buffer.from([2, 0, 0]))).toThrow(/damaged/);
  });
});

function namesIn({ agent, epoch, first, last }: TapRun): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${agent} ${epoch} ${first + i}`);
}
