import { createPrivateKey } from "node:crypto";
import fc from "fast-check";
import { encodeTap, kidOf, signTap, type Tap, tapBounds } from "./index.ts";
import { decodeNdef, encodeNdef } from "./ndef.ts";
import { encodeTap1 as encodeFlat, flatten, scanTap1, unflatten } from "./tap1.ts";

export const encodeTap1 = (tap: Tap): Buffer => encodeFlat(flatten(tap));
export const decodeTap1 = (bytes: Buffer) => {
  const scanned = scanTap1(bytes);
  return scanned.ok ? { ...scanned, tap: unflatten(scanned.tap) } : scanned;
};

export const maxBytes = 32 * 1024;
export const runs = { numRuns: 1500 };
export const privateKey = createPrivateKey({
  // RFC 8032 §7.1, test 1.
  key: Buffer.from(
    "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex",
  ),
  format: "der",
  type: "pkcs8",
});
export const kid = kidOf(
  Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex"),
);

/** Numbers of every width of head, with the bounds of each. */
export const counter = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: Math.min(max, 30) }),
    fc.integer({ min: 0, max: Math.min(max, 70_000) }),
    fc.maxSafeNat().map((n) => n % (max + 1)),
    fc.constant(max),
  );
export const anyTap: fc.Arbitrary<Tap> = fc.record(
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
export const anyMessage = fc
  .tuple(anyTap, fc.boolean())
  .map(([tap, signed]) => (signed ? signTap(tap, { kid, privateKey }) : encodeTap(tap)));

/** What an edit does to bytes; `at` and `other` are places in 0-1. */
type Edit = { kind: "flip" | "cut" | "insert" | "duplicate" | "claim" | "swap"; at: number; other: number };
/** Even over all of a message: a plain double would nearly always be its first byte. */
const share = fc.nat(10_000).map((n) => n / 10_000);
export const anyEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("flip", "cut", "insert", "duplicate", "claim", "swap"),
  at: share,
  other: share,
});
export const claims = [
  "ffffffff",
  "1affffffff",
  "5affffffff",
  "9affffffff",
  "bb00000000ffffffff",
  "5b7fffffffffffffff",
];

export function mutate(bytes: Buffer, { kind, at, other }: Edit): Buffer {
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
export const mutated = fc
  .tuple(anyMessage, fc.array(anyEdit, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([message, edits, mended]) => {
    const record = decodeNdef(message, maxBytes);
    if (!mended || !record.ok) return edits.reduce(mutate, message);
    return encodeNdef(edits.reduce(mutate, Buffer.from(record.payload)));
  });
