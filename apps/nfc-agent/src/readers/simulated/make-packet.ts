import { type Random, seededRandom, wholeBetween } from "@tapline/core/kernel";
import { encodeTap, type Sample, signTap, type Tap } from "@tapline/core/tap";
import type { Packet } from "./tracker-memory.ts";
import type { SimulatedTracker } from "./trackers-file.ts";

const sampleEveryS = 60;
const bootedBeforeS = 86_400;

/** The bytes of `packet`, always the same for the same one: measured by its seed, signed for real. */
export function makePacket(
  tracker: SimulatedTracker,
  packet: Omit<Packet, "state">,
  run: { epoch: number; startedEpochMs: number },
): Buffer {
  const random = seededRandom(packet.seed);
  const count = wholeBetween(random, 20, 60);
  const tap: Tap = {
    trackerId: tracker.id,
    seq: packet.seq,
    epoch: run.epoch,
    t0EpochS: Math.floor(packet.madeAtEpochMs / 1000) + packet.skewS - count * sampleEveryS,
    samples: measure(count, random),
    batteryPercent: wholeBetween(random, 15, 100),
    uptimeS: bootedBeforeS + Math.max(0, Math.floor((packet.madeAtEpochMs - run.startedEpochMs) / 1000)),
  };
  return packet.signed ? signTap(tap, tracker) : encodeTap(tap);
}

/** A heart rate that wanders, and steps that go with it. */
function measure(count: number, random: Random): Sample[] {
  let heartRateBpm = wholeBetween(random, 60, 110);
  return Array.from({ length: count }, (_, index): Sample => {
    heartRateBpm = Math.min(175, Math.max(48, heartRateBpm + wholeBetween(random, -6, 6)));
    const steps = heartRateBpm > 90 ? wholeBetween(random, 40, 150) : wholeBetween(random, 0, 20);
    return [index * sampleEveryS, heartRateBpm, steps];
  });
}
