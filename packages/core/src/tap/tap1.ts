import { TaplineError } from "../kernel/index.ts";
import { type CborFault, CborReader, CborWriter } from "./cbor.ts";

/** One measurement: seconds since the tap's `t0EpochS`, heart rate in beats per minute, steps since the last. */
export type Sample = readonly [dtS: number, heartRateBpm: number, steps: number];

/** What a tracker says in one packet of the wire format tap/1. */
export type Tap = {
  /** 8 bytes in lower-case hexadecimal. */
  trackerId: string;
  /** Number of this packet within the tracker's epoch, from 1. */
  seq: number;
  /** Grows when the tracker's counter begins anew, from 0. */
  epoch: number;
  /** When measuring began, s since 1970 by the tracker's clock. */
  t0EpochS: number;
  samples: readonly Sample[];
  batteryPercent: number;
  uptimeS: number;
  /** Which part of a longer history this packet is, from 1. */
  part?: { index: number; of: number };
};

export type Tap1Result = { ok: true; tap: Tap } | ({ ok: false } & CborFault);

/** Bounds of the format; what is plausible within them is validation's to judge. */
export const tapBounds = {
  samples: 2000,
  /** 31 days. */
  dtS: 2_678_400,
  heartRateBpm: 65_535,
  steps: 65_535,
  /** The end of year 9999, the last that an RFC 3339 time can name. */
  t0EpochS: 253_402_300_799,
  uptimeS: 2 ** 32 - 1,
  parts: 255,
} as const;

const version = 1;
const sampleBounds = [tapBounds.dtS, tapBounds.heartRateBpm, tapBounds.steps] as const;
const trackerIdBytes = 8;
const maxHeadBytes = 96;
const maxSampleBytes = 12;
const maxCounter = Number.MAX_SAFE_INTEGER;

/** Writes the CBOR map of `tap`, deterministic (RFC 8949 §4.2.1). @throws invalid-input where a bound is broken */
export function encodeTap1(tap: Tap): Buffer {
  if (!/^[0-9a-f]{16}$/.test(tap.trackerId)) throw outOfBounds("trackerId must be 16 hexadecimal digits");
  if (tap.samples.length < 1 || tap.samples.length > tapBounds.samples)
    throw outOfBounds(`samples must be 1-${tapBounds.samples}`);
  const writer = new CborWriter(maxHeadBytes + tap.samples.length * maxSampleBytes);
  writer.map(tap.part === undefined ? 7 : 8);
  writer.uint(1).uint(version);
  writer.uint(2).bytes(Buffer.from(tap.trackerId, "hex"));
  writer.uint(3).uint(within("seq", tap.seq, 1, maxCounter));
  writer.uint(4).uint(within("epoch", tap.epoch, 0, maxCounter));
  writer.uint(5).uint(within("t0EpochS", tap.t0EpochS, 0, tapBounds.t0EpochS));
  writer.uint(6).array(tap.samples.length);
  for (const [dtS, heartRateBpm, steps] of tap.samples) {
    writer.array(3).uint(within("dtS", dtS, 0, tapBounds.dtS));
    writer.uint(within("heartRateBpm", heartRateBpm, 0, tapBounds.heartRateBpm));
    writer.uint(within("steps", steps, 0, tapBounds.steps));
  }
  writer
    .uint(7)
    .array(2)
    .uint(within("batteryPercent", tap.batteryPercent, 0, 100));
  writer.uint(within("uptimeS", tap.uptimeS, 0, tapBounds.uptimeS));
  if (tap.part !== undefined) {
    const of = within("part.of", tap.part.of, 1, tapBounds.parts);
    writer
      .uint(8)
      .array(2)
      .uint(within("part.index", tap.part.index, 1, of))
      .uint(of);
  }
  return writer.take();
}

/** Reads the CBOR map: deterministic form only, every bound checked, nothing after it. Never throws. */
export function decodeTap1(bytes: Buffer): Tap1Result {
  const reader = new CborReader(bytes);
  const entries = reader.map("the tap");
  if (entries !== 7 && entries !== 8)
    reader.fail("schema", `the tap must have 7 or 8 entries, has ${entries}`);
  key(reader, 1);
  reader.uint("version", version, version);
  key(reader, 2);
  const trackerId = reader.bytes("trackerId", trackerIdBytes).toString("hex");
  key(reader, 3);
  const seq = reader.uint("seq", 1, maxCounter);
  key(reader, 4);
  const epoch = reader.uint("epoch", 0, maxCounter);
  key(reader, 5);
  const t0EpochS = reader.uint("t0", 0, tapBounds.t0EpochS);
  key(reader, 6);
  const samples = readSamples(reader);
  key(reader, 7);
  pair(reader, "battery and uptime");
  const batteryPercent = reader.uint("battery", 0, 100);
  const uptimeS = reader.uint("uptime", 0, tapBounds.uptimeS);
  const tap: Tap = { trackerId, seq, epoch, t0EpochS, samples, batteryPercent, uptimeS };
  if (entries === 8) tap.part = readPart(reader);
  if (reader.fault === null) reader.end("the tap");
  if (reader.fault !== null) return { ok: false, ...reader.fault };
  return { ok: true, tap };
}

/** Deterministic maps have their keys in rising order, so the next key is known beforehand. */
function key(reader: CborReader, expected: number): void {
  const found = reader.uint("a key", 0, maxCounter);
  if (found === expected) return;
  if (found < expected) reader.fail("malformed-cbor", `key ${found} is repeated or out of order`);
  else reader.fail("schema", `key ${expected} is missing, key ${found} is there`);
}

function readSamples(reader: CborReader): Sample[] {
  const count = reader.array("samples");
  if (reader.fault === null && (count < 1 || count > tapBounds.samples))
    reader.fail("schema", `samples must be 1-${tapBounds.samples}, are ${count}`);
  const samples: Sample[] = reader.triples(count, sampleBounds);
  while (samples.length < count && reader.fault === null) {
    if (reader.array("a sample") !== 3) reader.fail("schema", "a sample must have 3 items");
    samples.push([
      reader.uint("dt", 0, tapBounds.dtS),
      reader.uint("heart rate", 0, tapBounds.heartRateBpm),
      reader.uint("steps", 0, tapBounds.steps),
    ]);
  }
  return samples;
}

function readPart(reader: CborReader): { index: number; of: number } {
  key(reader, 8);
  pair(reader, "part");
  const index = reader.uint("part", 1, tapBounds.parts);
  const of = reader.uint("parts", 1, tapBounds.parts);
  if (index > of) reader.fail("schema", `part ${index} of ${of}`);
  return { index, of };
}

function pair(reader: CborReader, what: string): void {
  if (reader.array(what) !== 2) reader.fail("schema", `${what} must have 2 items`);
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw outOfBounds(`${name} must be a whole number within ${min} and ${max}`);
}

function outOfBounds(text: string): TaplineError {
  return new TaplineError("invalid-input", `the tap cannot be written: ${text}`);
}
