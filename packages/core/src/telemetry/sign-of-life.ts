import { z } from "zod";
import { colourSchema } from "../kernel/index.ts";
import { histogramDataSchema } from "./histogram.ts";

/** So much of an error is told. */
export const mostErrorChars = 300;

/** An archive that a process cannot use, and for how long. */
export const awayArchiveSchema = z.strictObject({
  /** Its name in the settings. */
  archive: z.string(),
  forMs: z.int().min(0),
  /** `unavailable`: it does not answer; `misconfigured`: it refuses us, until somebody changes something. */
  why: z.enum(["unavailable", "misconfigured"]),
  /** What the last attempt ended with. */
  error: z.string().max(mostErrorChars).exactOptional(),
});

export type AwayArchive = z.infer<typeof awayArchiveSchema>;

/** How busy a process was since its last sign of life, and what it was asked for. */
export const processLoadSchema = z.strictObject({
  /** How long that was, ms. */
  spanMs: z.number().positive(),
  requests: z.int().min(0),
  /** Of these, failed by our fault. */
  errors: z.int().min(0),
  /** How long answers took, ms. */
  took: histogramDataSchema,
  /** CPU as a share of one core. */
  cpuRatio: z.number().min(0),
  /** Resident. */
  memoryBytes: z.int().min(0),
  /** p99 of what the event loop was late by, ms. */
  loopDelayMs: z.number().min(0),
  /** Round trips, ms; null where there was no answer. */
  redisMs: z.number().min(0).nullable(),
  postgresqlMs: z.number().min(0).nullable(),
  /** Jobs of segments that are not done; null where nobody knows. */
  queued: z.int().min(0).nullable(),
});

export type ProcessLoad = z.infer<typeof processLoadSchema>;

/** What a process says of itself now and then, however little happens: what it does, and what it cannot reach. */
export const signOfLifeSchema = z.strictObject({
  /** Worker roles. */
  roles: z.array(z.string()),
  /** Which of two releases it belongs to; absent: blue. */
  colour: colourSchema.exactOptional(),
  awayArchives: z.array(awayArchiveSchema),
  load: processLoadSchema.optional(),
});

export type SignOfLife = z.infer<typeof signOfLifeSchema>;

/** How often a process gives a sign of life, ms. */
export const signOfLifeEveryMs = 2_000;
