import { z } from "zod";

const figure = z.number().min(0).nullable();

/** What is known of the load of one service. A figure that nobody knows is null, and never taken for zero. */
export const serviceReadingsSchema = z.strictObject({
  /** When the oldest of these figures was told. */
  atEpochMs: z.int(),
  /** Processes that serve, those that start or drain left out. */
  replicas: z.int().min(0).nullable(),
  /** Units of work that arrive: requests, or segments. */
  arrivalsPerSecond: figure,
  /** For how long a unit keeps one server of a replica busy, mean, ms. */
  serviceMs: figure,
  /** Units that wait. */
  queued: figure,
  /** For how long the oldest of them has waited, ms. */
  oldestAgeMs: figure,
  /** p99 of how long units took, ms. */
  p99Ms: figure,
  /** CPU of a replica, mean, as a share of one core. */
  cpuRatio: figure,
});

export type ServiceReadings = z.infer<typeof serviceReadingsSchema>;
