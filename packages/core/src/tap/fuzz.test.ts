import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeSign1, toBeSigned } from "./cose.ts";
import {
  anyMessage,
  anyTap,
  claims,
  encodeTap1,
  kid,
  maxBytes,
  mutated,
  privateKey,
  runs,
} from "./fuzz.fixture.ts";
import { decodeTap, encodeTap, rejectReasons, signTap, type Tap, tapBounds } from "./index.ts";
import { decodeNdef, encodeNdef } from "./ndef.ts";

/** Every refusal has a name; whatever is taken is the one form of what it says. */
function check(raw: Buffer): void {
  const result = decodeTap(raw);
  if (!result.ok) {
    expect(rejectReasons).toContain(result.reason);
    expect(result.detail).not.toBe("");
    return;
  }
  const payload = encodeTap1(result.tap);
  if (result.signature === null) {
    expect(encodeNdef(payload).equals(raw)).toBe(true);
    return;
  }
  const { signature } = result.signature;
  const kidBytes = Buffer.from(result.signature.kid, "hex");
  expect(encodeNdef(encodeSign1({ kid: kidBytes, payload, signature })).equals(raw)).toBe(true);
  expect(result.signature.toBeSigned.equals(toBeSigned(payload))).toBe(true);
}

describe("decodeTap under fuzz", { timeout: 60_000 }, () => {
  it("never throws on any bytes, and has one form for all that it takes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }).map(Buffer.from), check), runs);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (payload) => check(encodeNdef(payload))),
      runs,
    );
  });

  it("never throws on changed taps, and has one form for all that it takes", () => {
    fc.assert(fc.property(mutated, check), { numRuns: 4000 });
  });

  it("reads back whatever it writes, signed or not", () => {
    fc.assert(
      fc.property(anyTap, (tap) => {
        expect(decodeTap(encodeTap(tap))).toEqual({ ok: true, tap, signature: null });
        expect(decodeTap(signTap(tap, { kid, privateKey }))).toMatchObject({
          ok: true,
          tap,
          signature: { kid },
        });
      }),
      { numRuns: 300 },
    );
  });

  it("hands out nothing that is larger than what came in", () => {
    fc.assert(
      fc.property(fc.oneof(anyMessage, mutated), (raw) => {
        const result = decodeTap(raw);
        if (!result.ok) {
          expect(result.detail.length).toBeLessThan(200);
          return;
        }
        // The smallest sample has four bytes.
        expect(result.tap.samples.length * 4).toBeLessThan(raw.length);
        expect(result.signature?.toBeSigned.length ?? 0).toBeLessThan(raw.length);
        if (result.signature !== null) expect(result.signature.signature.buffer).toBe(raw.buffer);
      }),
      runs,
    );
  });

  it("allocates a small multiple of the input, whatever lengths it claims", () => {
    const record = decodeNdef(encodeTap(largest), maxBytes);
    if (!record.ok) throw new Error(record.detail);
    const hostile = claims.flatMap((claim) =>
      [0, 1, 3, 12, 24, 27, 200].map((at) => {
        const payload = Buffer.from(record.payload);
        payload.write(claim, at, "hex");
        return encodeNdef(payload);
      }),
    );
    for (const raw of [...hostile, encodeTap(largest), signTap(largest, { kid, privateKey })])
      expect(allocatedBytes(() => decodeTap(raw))).toBeLessThan(16 * raw.length + 64 * 1024);
  });
});

/** As many samples as there may be, each at its largest. */
const largest: Tap = {
  trackerId: "0102030405060708",
  seq: 1,
  epoch: 1,
  t0EpochS: 0,
  samples: new Array(tapBounds.samples).fill([tapBounds.dtS, tapBounds.heartRateBpm, tapBounds.steps]),
  batteryPercent: 100,
  uptimeS: 0,
};

/** Bytes that `work` allocates, on the heap and beside it; the least of some runs, since others allocate, too. */
function allocatedBytes(work: () => unknown): number {
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const runsTaken = Array.from({ length: 5 }, () => {
    const before = used();
    const kept = work();
    const after = used();
    return kept === undefined ? 0 : Math.max(0, after - before);
  });
  return Math.min(...runsTaken);
}
