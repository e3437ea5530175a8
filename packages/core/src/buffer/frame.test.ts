import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode } from "../kernel/index.ts";
import { type BufferedTap, decodeFrame, encodeFrame } from "./index.ts";

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

  test("of another version is refused by name", () => {
    expect(() => decodeFrame(Buffer.from([2, 0, 0]))).toThrow(/damaged/);
  });
});
