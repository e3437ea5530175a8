import { reservedForResultsBytes } from "@tapline/core/buffer";
import type { CreditLimits, TrackerRate } from "@tapline/core/validation";

/** Leases of trackers and of credits, ms: short, so that outliving one costs little; long beside a step in Redis. */
export const leaseMs = 50;

/** How long an attempt waits for trackers that others hold, ms. */
export const maxWaitMs = 500;

/** Ten a second, so that a bucket runs dry, and has something again after two leases. */
export const rate: TrackerRate = { tapsPerHour: 36_000, burstTaps: 5 };

/** A window that two agents with full buckets overrun; the ceiling of bytes is out of reach. */
export const limits: CreditLimits = {
  tapsPerSecond: 250,
  windowTaps: 600,
  maxBytes: reservedForResultsBytes + 1024 ** 3,
};
