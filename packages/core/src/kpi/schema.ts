import { z } from "zod";
import { rejectReasons } from "../tap/index.ts";
import { awayArchiveSchema, histogramDataSchema } from "../telemetry/index.ts";
import { heardServices } from "./heard.ts";
import { restoreFreshnessSchema, restoreStandingSchema } from "./restore-standing.ts";

const count = z.int().min(0);

/**
 * What happened in one span of time of length `resolutionMs` that began at `startEpochMs`. Points of the same
 * series merge into coarser ones without loss of exactness, apart from the histogram's stated error.
 */
export const kpiPointSchema = z.strictObject({
  startEpochMs: z.int(),
  resolutionMs: z.int().min(1000),
  /** Taps that the door took (durable). */
  ingested: count,
  archived: count,
  duplicates: count,
  rejects: z.partialRecord(z.enum(rejectReasons), count),
  segments: count,
  archiveBytes: count,
  /** From durable at the door to committed in the archive, by the servers' clock, ms. */
  tapToArchiveMs: histogramDataSchema,
  /** Taps taken and not yet ended, at the end of the span. */
  backlog: count,
  /** Age of the oldest tap in the backlog at the end of the span, ms; null where the backlog is empty. */
  oldestAgeMs: count.nullable(),
});

export type KpiPoint = z.infer<typeof kpiPointSchema>;

/** Quantiles of a latency over a window; null values where nothing ended in it. Unit: ms. */
export const latencySummarySchema = z.strictObject({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  count,
});

export type LatencySummary = z.infer<typeof latencySummarySchema>;

/** Totals since the installation began; `ingested` = archived + duplicates + rejected + backlog. */
export const kpiTotalsSchema = z.strictObject({
  ingested: count,
  archived: count,
  duplicates: count,
  rejected: count,
  segments: count,
});

export type KpiTotals = z.infer<typeof kpiTotalsSchema>;

/**
 * The live picture, published as something happens, 10 times a second at most, and once a second at rest.
 * `seq` grows by one with each; a reader drops what is not newer than what it has.
 */
export const kpiLiveSchema = z.strictObject({
  /** Names the life of the publisher; where it changes, `seq` begins anew. */
  stream: z.string(),
  seq: z.int().min(1),
  atEpochMs: z.int(),
  /** Services that no process has given a sign of life of lately: what they would count is not known. */
  silent: z.array(z.enum(heardServices)),
  /** Archives that cannot be used, longest first. */
  awayArchives: z.array(
    z.strictObject({ archive: z.string(), sinceEpochMs: z.int(), why: awayArchiveSchema.shape.why }),
  ),
  /** Mean over the last 5 s, taps/s; null where `ingest` is silent. */
  tapsPerSecond: z.number().min(0).nullable(),
  /** Mean over the last 5 s, taps/s; null where `transfer` is silent. */
  archivedPerSecond: z.number().min(0).nullable(),
  backlog: count,
  oldestAgeMs: count.nullable(),
  /** Over the last 60 s. */
  tapToArchiveMs: latencySummarySchema,
  /** Over the last 60 s, by reason; null where `transfer`, which counts them at a segment's end, is silent. */
  rejects: z.partialRecord(z.enum(rejectReasons), count).nullable(),
  /** Over the last 60 s; null as `rejects` is. */
  duplicates: count.nullable(),
  totals: kpiTotalsSchema,
  /** How lately it was proven that the archive can be restored, and whether that is lately enough. */
  restore: restoreStandingSchema.extend({ freshness: restoreFreshnessSchema }),
});

export type KpiLive = z.infer<typeof kpiLiveSchema>;
