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

/**
 * A tap whose samples are numbers one after the other (dtS, heartRateBpm, steps, dtS, …): what the path handles a great
 * many of. They are a view that the next scan writes over.
 */
export type ScannedTap = Omit<Tap, "samples"> & { readonly samples: Uint32Array };

export type Tap1Result = { ok: true; tap: ScannedTap } | ({ ok: false } & CborFault);

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
export function encodeTap1(tap: ScannedTap): Buffer {
  if (!/^[0-9a-f]{16}$/.test(tap.trackerId)) throw outOfBounds("trackerId must be 16 hexadecimal digits");
  const { samples } = tap;
  const count = samples.length / 3;
  if (count < 1 || count > tapBounds.samples) throw outOfBounds(`samples must be 1-${tapBounds.samples}`);
  const writer = new CborWriter(maxHeadBytes + count * maxSampleBytes);
  writer.map(tap.part === undefined ? 7 : 8);
  writer.uint(1).uint(version);
  writer.uint(2).bytes(Buffer.from(tap.trackerId, "hex"));
  writer.uint(3).uint(within("seq", tap.seq, 1, maxCounter));
  writer.uint(4).uint(within("epoch", tap.epoch, 0, maxCounter));
  writer.uint(5).uint(within("t0EpochS", tap.t0EpochS, 0, tapBounds.t0EpochS));
  writer.uint(6).array(count);
  for (let at = 0; at < samples.length; at += 3) {
    writer.array(3).uint(within("dtS", samples[at], 0, tapBounds.dtS));
    writer.uint(within("heartRateBpm", samples[at + 1], 0, tapBounds.heartRateBpm));
    writer.uint(within("steps", samples[at + 2], 0, tapBounds.steps));
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

/** The same tap with its samples one after the other. @throws invalid-input where one is not a whole number of 32 bits */
export function flatten(tap: Tap): ScannedTap {
  const samples = new Uint32Array(3 * tap.samples.length);
  for (const [i, sample] of tap.samples.entries())
    for (const [k, value] of sample.entries()) {
      samples[3 * i + k] = value;
      if (samples[3 * i + k] !== value) throw outOfBounds("a sample's numbers must be whole and fit 32 bits");
    }
  return { ...tap, samples };
}

/** The same tap with an array for each sample. */
export function unflatten(tap: ScannedTap): Tap {
  const samples = Array.from(
    { length: tap.samples.length / 3 },
    (_, i): Sample => [tap.samples[3 * i] ?? 0, tap.samples[3 * i + 1] ?? 0, tap.samples[3 * i + 2] ?? 0],
  );
  return { ...tap, samples };
}

/** Reads the CBOR map: deterministic form only, every bound checked, nothing after it. Never throws. */
export function scanTap1(bytes: Buffer): Tap1Result {
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
  const tap: ScannedTap = { trackerId, seq, epoch, t0EpochS, samples, batteryPercent, uptimeS };
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

/** Written over by each scan, so that a tap's samples cost no memory of their own. */
const scratch = new Uint32Array(3 * tapBounds.samples);

function readSamples(reader: CborReader): Uint32Array {
  const count = reader.array("samples");
  if (reader.fault === null && (count < 1 || count > tapBounds.samples))
    reader.fail("schema", `samples must be 1-${tapBounds.samples}, are ${count}`);
  let found = reader.triples(count, sampleBounds, scratch);
  for (; found < count && reader.fault === null; found += 1) {
    if (reader.array("a sample") !== 3) reader.fail("schema", "a sample must have 3 items");
    scratch[3 * found] = reader.uint("dt", 0, tapBounds.dtS);
    scratch[3 * found + 1] = reader.uint("heart rate", 0, tapBounds.heartRateBpm);
    scratch[3 * found + 2] = reader.uint("steps", 0, tapBounds.steps);
  }
  return scratch.subarray(0, 3 * found);
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

function within(name: string, value: number | undefined, min: number, max: number): number {
  if (value !== undefined && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw outOfBounds(`${name} must be a whole number within ${min} and ${max}`);
}

function outOfBounds(text: string): TaplineError {
  return new TaplineError("invalid-input", `the tap cannot be written: ${text}`);
}
