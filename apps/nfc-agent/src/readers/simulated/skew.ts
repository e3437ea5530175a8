import { type Random, wholeBetween } from "@tapline/core/kernel";
import { defaultRules } from "@tapline/core/validation";

const hourS = 3600;
/** A packet's samples begin up to an hour before it is made, and it may be shown later. */
const marginS = 12 * hourS;

/** Largest error of a tracker's clock with which its packets are taken for sure, s. */
export const largestDriftS = defaultRules.maxAheadMs / 1000 - marginS;

/** An error that is taken, s. */
export function drift(random: Random): number {
  return wholeBetween(random, -largestDriftS, largestDriftS);
}

/** An error that is refused, s: too far ahead, or too long ago. */
export function skew(random: Random): number {
  return random() < 0.5
    ? defaultRules.maxAheadMs / 1000 + marginS + wholeBetween(random, 0, 48 * hourS)
    : -defaultRules.maxAgeMs / 1000 - wholeBetween(random, hourS, 48 * hourS);
}
