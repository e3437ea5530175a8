import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type Random, wholeBetween } from "@tapline/core/kernel";
import { decodeTap } from "@tapline/core/tap";

/**
 * A torn or bit-flipped copy of a signed tap that nobody can take for a good one. A cut leaves at least half, so
 * that two damaged taps never have the same bytes.
 */
export function damage(raw: Buffer, privateKey: KeyObject, random: Random): Buffer {
  for (;;) {
    const broken = Buffer.from(raw);
    if (random() < 0.5) return broken.subarray(0, wholeBetween(random, raw.length >> 1, raw.length - 1));
    const at = wholeBetween(random, 0, raw.length - 1);
    broken[at] = (broken[at] ?? 0) ^ (1 << wholeBetween(random, 0, 7));
    if (!isGood(broken, privateKey)) return broken;
  }
}

/** A flip in the key id, which no signature covers, leaves a tap that verifies: those are drawn again. */
function isGood(raw: Buffer, privateKey: KeyObject): boolean {
  const decoded = decodeTap(raw);
  if (!decoded.ok) return false;
  if (decoded.signature === null) return true;
  return verify(null, decoded.signature.toBeSigned, createPublicKey(privateKey), decoded.signature.signature);
}
