import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { encodeTap, kidOf, signTap, type Tap } from "@tapline/core/tap";

/** What a load of `count` taps is made of: every twentieth a duplicate, every hundredth malformed. */
export type Load = {
  readonly payloads: readonly Buffer[];
  readonly archived: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** JSON for `tapline tracker import`. */
  readonly trackers: readonly { readonly id: string; readonly kid: string; readonly publicKey: string }[];
};

const duplicateEvery = 20;
const malformedEvery = 100;
const samplesPerTap = 72;
const trackerCount = 500;

type LoadTracker = { id: string; kid: string; publicKey: string; privateKey: KeyObject; seq: number };

/** Makes the taps before the clock runs: about 600 bytes each, signed or not. */
export function makeLoad(count: number, signed: boolean): Load {
  const trackers = Array.from({ length: trackerCount }, newTracker);
  const payloads: Buffer[] = [];
  let [duplicates, rejected] = [0, 0];
  for (let i = 1; i <= count; i++) {
    const earlier = payloads[i - 12];
    if (i % malformedEvery === 0) {
      rejected++;
      // A tag that was pulled away mid-write: no part of it may be taken for a tap.
      payloads.push(Buffer.concat([Buffer.of(0), randomBytes(599)]));
    } else if (i % duplicateEvery === 5 && earlier !== undefined) {
      duplicates++;
      payloads.push(earlier);
    } else {
      payloads.push(newTap(trackers[i % trackerCount] as LoadTracker, signed));
    }
  }
  return {
    payloads,
    archived: count - duplicates - rejected,
    duplicates,
    rejected,
    trackers: trackers.map(publicPart),
  };
}

/** Sound, signed taps without end, of `count` new trackers in turn. */
export function endlessTaps(count: number): Pick<Load, "trackers"> & { readonly next: () => Buffer } {
  const trackers = Array.from({ length: count }, newTracker);
  let made = 0;
  return {
    trackers: trackers.map(publicPart),
    next: () => newTap(trackers[made++ % count] as LoadTracker, true),
  };
}

function newTracker(): LoadTracker {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return {
    id: randomBytes(8).toString("hex"),
    kid: kidOf(raw),
    publicKey: raw.toString("hex"),
    privateKey,
    seq: 0,
  };
}

const publicPart = ({ id, kid, publicKey }: LoadTracker) => ({ id, kid, publicKey });

function newTap(tracker: LoadTracker, signed: boolean): Buffer {
  tracker.seq++;
  const tap: Tap = {
    trackerId: tracker.id,
    seq: tracker.seq,
    epoch: 1,
    t0EpochS: Math.floor(Date.now() / 1000) - samplesPerTap * 60,
    samples: Array.from(
      { length: signed ? samplesPerTap - 12 : samplesPerTap },
      (_, i) => [i * 60, 55 + Math.floor(Math.random() * 90), Math.floor(Math.random() * 120)] as const,
    ),
    batteryPercent: 70,
    uptimeS: 86_400,
  };
  return signed ? signTap(tap, tracker) : encodeTap(tap);
}
