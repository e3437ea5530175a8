import { z } from "zod";

const most = (max: number) => z.strictObject({ max: z.number().min(0).max(max) });
const dayMs = 24 * 3_600_000;

/**
 * A tracker's token bucket: new taps that it may bring in the long run, and at once. A tap over it goes to quarantine as
 * `rate`, and may be replayed.
 */
const trackerRateSchema = z.strictObject({
  tapsPerHour: z.int().min(1).max(1_000_000_000),
  burstTaps: z.int().min(1).max(1_000_000_000),
});

export type TrackerRate = z.infer<typeof trackerRateSchema>;

/**
 * All that validation judges by and that people may change: data, given out in numbered releases that never change. Bounds are
 * those outside which a value is a fault of the device, not of the person: a tap is refused for what cannot be, never
 * for what is rare.
 */
export const validationRulesSchema = z.strictObject({
  /** Whether taps without a signature are taken. */
  unsigned: z.enum(["refuse", "accept"]),
  /** Per minute; 0 = no reading. */
  heartRateBpm: most(65_535),
  /** Steps in one sample. */
  stepsPerSample: most(65_535),
  batteryPercent: most(100),
  /** How long before the tap was read measuring may have begun. */
  maxAgeMs: z
    .int()
    .min(0)
    .max(100 * 365 * dayMs),
  /** How far a tracker's clock may run ahead of the reader's. */
  maxAheadMs: z
    .int()
    .min(0)
    .max(100 * 365 * dayMs),
  trackerRate: trackerRateSchema,
});

export type ValidationRules = z.infer<typeof validationRulesSchema>;

/** The rules of release 1, but for what the settings say. */
export const defaultRules: ValidationRules = {
  unsigned: "refuse",
  // Atrial flutter conducted 1:1 reaches about 300/min, the highest that a heart keeps up; optical sensors end far below.
  heartRateBpm: { max: 320 },
  // A sample spans at most an hour; sprinters make fewer than 5 steps per second.
  stepsPerSample: { max: 18_000 },
  batteryPercent: { max: 100 },
  // A tracker's memory goes back a year and a month at most.
  maxAgeMs: 400 * dayMs,
  maxAheadMs: dayMs,
  // A month of packets of an hour each is 744, a day of packets of a minute each 1,440; both may come at once after a holiday.
  trackerRate: { tapsPerHour: 2_000, burstTaps: 4_000 },
};

/** A release: the rules under the number by which verdicts name them. */
export type RulesRelease = { readonly version: number; readonly rules: ValidationRules };

/** What differs, a line for each rule that is another. */
export function validationRuleChanges(before: ValidationRules | null, after: ValidationRules): string[] {
  const old: Readonly<Record<string, unknown>> = before ?? {};
  return Object.entries(after).flatMap(([rule, value]) => {
    const [was, is] = [JSON.stringify(old[rule]), JSON.stringify(value)];
    return was === is ? [] : [`${rule}: ${was ?? "none"} → ${is}`];
  });
}
