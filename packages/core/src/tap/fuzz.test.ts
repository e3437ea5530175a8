import { createPrivateKey } from "node:crypto";
import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CborReader, CborWriter } from "./cbor.ts";
import { decodeSign1, encodeSign1, toBeSigned } from "./cose.ts";
import { decodeTap, encodeTap, kidOf, rejectReasons, signTap, type Tap, tapBounds } from "./index.ts";
import { decodeNdef, encodeNdef } from "./ndef.ts";
import { encodeTap1 as encodeFlat, flatten, scanTap1, unflatten } from "./tap1.ts";

const encodeTap1 = (tap: Tap): Buffer => encodeFlat(flatten(tap));
const decodeTap1 = (bytes: Buffer) => {
  const scanned = scanTap1(bytes);
  return scanned.ok ? { ...scanned, tap: unflatten(scanned.tap) } : scanned;
};

const maxBytes = 32 * 1024;
const runs = { numRuns: 1500 };
const privateKey = createPrivateKey({
  // RFC 8032 §7.1, test 1.
  key: Buffer.from(
    "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex",
  ),
  format: "der",
  type: "pkcs8",
});
const kid = kidOf(Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex"));

/** Numbers of every width of head, with the bounds of each. */
const counter = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: Math.min(max, 30) }),
    fc.integer({ min: 0, max: Math.min(max, 70_000) }),
    fc.maxSafeNat().map((n) => n % (max + 1)),
    fc.constant(max),
  );
const anyTap: fc.Arbitrary<Tap> = fc.record(
  {
    trackerId: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((id) => Buffer.from(id).toString("hex")),
    seq: counter(Number.MAX_SAFE_INTEGER - 1).map((n) => n + 1),
    epoch: counter(Number.MAX_SAFE_INTEGER - 1),
    t0EpochS: counter(tapBounds.t0EpochS),
    samples: fc.array(
      fc.tuple(counter(tapBounds.dtS), counter(tapBounds.heartRateBpm), counter(tapBounds.steps)),
      { minLength: 1, maxLength: 60 },
    ),
    batteryPercent: counter(100),
    uptimeS: counter(tapBounds.uptimeS),
    part: fc
      .integer({ min: 1, max: 255 })
      .chain((of) => fc.record({ index: fc.integer({ min: 1, max: of }), of: fc.constant(of) })),
  },
  { requiredKeys: ["trackerId", "seq", "epoch", "t0EpochS", "samples", "batteryPercent", "uptimeS"] },
);
const anyMessage = fc
  .tuple(anyTap, fc.boolean())
  .map(([tap, signed]) => (signed ? signTap(tap, { kid, privateKey }) : encodeTap(tap)));

/** What an edit does to bytes; `at` and `other` are places in 0-1. */
type Edit = { kind: "flip" | "cut" | "insert" | "duplicate" | "claim" | "swap"; at: number; other: number };
/** Even over all of a message: a plain double would nearly always be its first byte. */
const share = fc.nat(10_000).map((n) => n / 10_000);
const anyEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("flip", "cut", "insert", "duplicate", "claim", "swap"),
  at: share,
  other: share,
});
const claims = [
  "ffffffff",
  "1affffffff",
  "5affffffff",
  "9affffffff",
  "bb00000000ffffffff",
  "5b7fffffffffffffff",
];

function mutate(bytes: Buffer, { kind, at, other }: Edit): Buffer {
  const from = Math.floor(at * Math.max(0, bytes.length - 1));
  const until = Math.min(bytes.length, from + 1 + Math.floor(other * 40));
  const [head, middle, tail] = [bytes.subarray(0, from), bytes.subarray(from, until), bytes.subarray(until)];
  const claim = Buffer.from(claims[Math.floor(other * (claims.length - 1))] ?? "", "hex");
  const inserted = Buffer.from(middle.map((byte) => byte ^ 0x5a));
  if (kind === "flip")
    return Buffer.concat([
      head,
      Buffer.from([(bytes[from] ?? 0) ^ (1 << Math.floor(other * 7))]),
      bytes.subarray(from + 1),
    ]);
  if (kind === "cut") return Buffer.concat([head, tail]);
  if (kind === "insert") return Buffer.concat([head, inserted, middle, tail]);
  if (kind === "duplicate") return Buffer.concat([head, middle, middle, tail]);
  // A length field that claims as much as it can, in place of what stood there.
  if (kind === "claim") return Buffer.concat([head, claim, bytes.subarray(from + claim.length)]);
  return Buffer.concat([head, middle.toReversed(), tail]);
}

/** A valid message, changed somewhere; the record around it is mended half of the time, so that inner layers are met. */
const mutated = fc
  .tuple(anyMessage, fc.array(anyEdit, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([message, edits, mended]) => {
    const record = decodeNdef(message, maxBytes);
    if (!mended || !record.ok) return edits.reduce(mutate, message);
    return encodeNdef(edits.reduce(mutate, Buffer.from(record.payload)));
  });

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

describe("layers under fuzz", { timeout: 60_000 }, () => {
  it("NDEF: what is taken is what would be written; its payload is a view", () => {
    const anyRecord = fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((payload) => encodeNdef(payload)),
      fc
        .tuple(fc.uint8Array({ maxLength: 600 }), anyEdit)
        .map(([payload, edit]) => mutate(encodeNdef(payload), edit)),
      fc.uint8Array({ maxLength: 60 }).map(Buffer.from),
    );
    fc.assert(
      fc.property(anyRecord, (message) => {
        const result = decodeNdef(message, maxBytes);
        if (!result.ok) {
          expect(result.detail.startsWith(`${result.fault}: `)).toBe(true);
          return;
        }
        expect(encodeNdef(result.payload).equals(message)).toBe(true);
        expect(result.payload.buffer).toBe(message.buffer);
      }),
      runs,
    );
  });

  it("COSE: any payload round-trips; what is taken is what would be written", () => {
    const eight = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(Buffer.from);
    const signature = fc.uint8Array({ minLength: 64, maxLength: 64 }).map(Buffer.from);
    const message = fc.record({
      kid: eight,
      payload: fc.uint8Array({ maxLength: 700 }).map(Buffer.from),
      signature,
    });
    fc.assert(
      fc.property(message, fc.array(anyEdit, { maxLength: 2 }), (given, edits) => {
        const bytes = encodeSign1(given);
        expect(decodeSign1(bytes)).toEqual({ ok: true, message: given });
        const changed = edits.reduce(mutate, bytes);
        const result = decodeSign1(changed);
        if (result.ok) expect(encodeSign1(result.message).equals(changed)).toBe(true);
        else expect(result.detail).not.toBe("");
      }),
      runs,
    );
  });

  it("CBOR: numbers and byte strings are as another encoder writes them, and read back", () => {
    fc.assert(
      fc.property(counter(Number.MAX_SAFE_INTEGER - 1), fc.uint8Array({ maxLength: 300 }), (n, content) => {
        const bytes = new CborWriter(400).array(2).uint(n).bytes(content).take();
        expect(bytes.equals(encode([n, content]))).toBe(true);
        const reader = new CborReader(bytes);
        expect(reader.array("pair")).toBe(2);
        expect(reader.uint("n", 0, Number.MAX_SAFE_INTEGER)).toBe(n);
        expect(reader.bytes("content").equals(content)).toBe(true);
        reader.end("the pair");
        expect(reader.fault).toBeNull();
      }),
      runs,
    );
  });

  it("CBOR: a reader stays at its first fault, whatever is asked of it, within its bytes", () => {
    const question = fc.constantFrom("uint", "array", "map", "tag", "bytes", "end");
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }).map(Buffer.from),
        fc.array(question),
        (bytes, questions) => {
          const reader = new CborReader(bytes);
          let first: unknown = null;
          for (const asked of questions) {
            const answer = asked === "uint" ? reader.uint("n", 0, 1000) : reader[asked]("it");
            if (Buffer.isBuffer(answer)) expect(answer.length).toBeLessThanOrEqual(bytes.length);
            if (first !== null) expect(reader.fault).toEqual(first);
            first = reader.fault;
          }
        },
      ),
      runs,
    );
  });

  it("tap/1: any map that is taken is written the same", () => {
    fc.assert(
      fc.property(anyTap, fc.array(anyEdit, { maxLength: 3 }), (tap, edits) => {
        const bytes = edits.reduce(mutate, encodeTap1(tap));
        const result = decodeTap1(bytes);
        if (result.ok) expect(encodeTap1(result.tap).equals(bytes)).toBe(true);
        else expect(["malformed-cbor", "schema"]).toContain(result.reason);
      }),
      runs,
    );
  });
});
