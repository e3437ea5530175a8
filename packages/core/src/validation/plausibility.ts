/**
 * Bounds outside which a value is a fault of the device, not of the person. Wide on purpose: a tap is refused
 * for what cannot be, never for what is rare.
 */
export const plausible = {
  /** 0 = no reading. Highest documented human heart rates lie near 300/min in tachycardia. */
  heartRateBpm: { max: 320 },
  /** Steps in one sample of at most an hour; running cadence stays below 5 steps/s. */
  stepsPerSample: { max: 18_000 },
  batteryPercent: { max: 100 },
  /** A tracker's memory goes back at most this far before the tap was read. */
  maxAgeMs: 400 * 24 * 3_600_000,
  /** How far a tracker's clock may run ahead of the reader's. */
  maxAheadMs: 24 * 3_600_000,
} as const;
