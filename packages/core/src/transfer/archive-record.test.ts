import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import vectors from "../../contracts/tap1-vectors.json" with { type: "json" };
import type { BufferedTap } from "../buffer/index.ts";
import { encodeTap, flatten, kidOf, scanTap, signTap, type Tap } from "../tap/index.ts";
import { archiveRecord, rawOf } from "./archive-record.ts";
import { LineWriter } from "./line-writer.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const kid = kidOf(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
const counter = fc.maxSafeNat();
const anyTap: fc.Arbitrary<Tap> = fc
  .record({
    trackerId: fc.stringMatching(/^[0-9a-f]{16}$/),
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    epoch: counter,
    t0EpochS: fc.integer({ min: 0, max: 253_402_300_799 }),
    samples: fc.array(fc.tuple(fc.nat(2_678_400), fc.nat(65_535), fc.oneof(fc.nat(300), fc.nat(65_535))), {
      minLength: 1,
      maxLength: 40,
    }),
    batteryPercent: fc.nat(100),
    uptimeS: fc.nat(2 ** 32 - 1),
    of: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ of, ...tap }) => (of === 0 ? tap : { ...tap, part: { index: Math.ceil(of / 2), of } }));

function bufferedOf(payload: Buffer, changes: Partial<BufferedTap> = {}): BufferedTap {
  return {
    ...{ agent: "gate-1", epoch: 17, seq: 4, reader: 'r "1" ünï\n', readAtEpochMs: 5, ingestedAtEpochMs: 6 },
    ...{ traceparent: "", payload, ...changes },
  };
}

function lineOf(payload: Buffer, changes: Partial<BufferedTap> = {}): string {
  const scanned = scanTap(payload);
  if (!scanned.ok) throw new Error(scanned.detail);
  const writer = new LineWriter(0);
  archiveRecord(writer, bufferedOf(payload, changes), scanned.tap, scanned.signature);
  return writer.take().toString();
}

test("a tap's bytes can be made again from its line, signed or not", () => {
  fc.assert(
    fc.property(anyTap, fc.boolean(), (tap, isSigned) => {
      const payload = isSigned ? signTap(tap, { kid, privateKey }) : encodeTap(tap);
      const line = lineOf(payload);
      expect(line).not.toContain('"raw"');
      expect(rawOf(JSON.parse(line)).equals(payload)).toBe(true);
    }),
  );
});

test("each valid vector of the format comes back byte by byte", () => {
  for (const { message } of vectors.valid) {
    const payload = Buffer.from(message, "hex");
    expect(rawOf(JSON.parse(lineOf(payload))).equals(payload)).toBe(true);
  }
});

test("a line is one line of JSON with all that is known of the tap", () => {
  const tap: Tap = {
    ...{
      trackerId: "00112233445566ff",
      seq: 3,
      epoch: 1,
      t0EpochS: 1_700_000_000,
      batteryPercent: 9,
      uptimeS: 8,
    },
    samples: [[0, 60, 2]],
  };
  const line = lineOf(encodeTap(tap), { traceparent: "00-a-b-01" });
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({
    ...{ tracker: "00112233445566ff", trackerEpoch: 1, trackerSeq: 3, t0EpochS: 1_700_000_000 },
    ...{ samples: [[0, 60, 2]], batteryPercent: 9, uptimeS: 8, signed: false },
    ...{ agent: "gate-1", epoch: 17, seq: 4, reader: 'r "1" ünï\n', readAtEpochMs: 5, ingestedAtEpochMs: 6 },
    traceparent: "00-a-b-01",
  });
});

test("bytes that the line would not give back are kept as they are", () => {
  const tap: Tap = {
    ...{ trackerId: "00112233445566ff", seq: 3, epoch: 1, t0EpochS: 1, batteryPercent: 9, uptimeS: 8 },
    samples: [[0, 60, 2]],
  };
  const other = Buffer.from("other bytes");
  const writer = new LineWriter(64);
  archiveRecord(writer, bufferedOf(other), flatten(tap), null);
  expect(rawOf(JSON.parse(writer.take().toString()))).toEqual(other);
});

test("a line that is no tap's is refused", () => {
  expect(() => rawOf({ tracker: "x" })).toThrow("not an archived tap's");
});
