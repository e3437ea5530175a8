import { randomBytes } from "node:crypto";
import { encodeTap } from "@tapline/core/tap";

/** A tap of `samples` measurements (about 6 bytes each) by a tracker that nobody knows: no two are the same. */
export function someTap(samples = 60): Buffer {
  return encodeTap({
    trackerId: randomBytes(8).toString("hex"),
    seq: 1 + randomBytes(4).readUInt32BE(),
    epoch: 1,
    t0EpochS: 1_767_225_600,
    samples: Array.from(
      { length: samples },
      (_, index) => [index * 60, 60 + (index % 90), index % 400] as const,
    ),
    batteryPercent: 88,
    uptimeS: 86_400,
  });
}
