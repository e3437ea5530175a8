import { z } from "zod";
import { rejectReasons } from "../tap/index.ts";
import { histogramDataSchema } from "./histogram.ts";
import { deltaPartsSchema } from "./parts.ts";
import { signOfLifeSchema } from "./sign-of-life.ts";

/** What services count. Every name says its unit; counts only grow within one delta. */
export const counterNames = [
  "tap.ingested",
  "tap.refused_at_door",
  "tap.turned_away",
  "tap.taken_late",
  "tap.archived",
  "tap.duplicate",
  "tap.rejected",
  "tap.redelivered",
  "segment.archived",
  "segment.failed_attempt",
  "archive.bytes",
  "buffer.memory_short",
  "archive.stored",
  "archive.failed",
  "archive.written_bytes",
  "archive.read_back_bytes",
  "archive.copied_bytes",
  "archive.copy_failed",
  "archive.circuit_opened",
  "archive.space_short",
  "restore.proven",
  "restore.failed",
  "segment.missing",
  "site.unbalanced",
  "audit.disputed",
  "key.refused",
  "agent.quota_spent",
] as const;

export type CounterName = (typeof counterNames)[number];

/** What services time, in milliseconds. */
export const histogramNames = [
  "ingest.accept_ms",
  "tap.to_archive_ms",
  "segment.validation_ms",
  "segment.encryption_ms",
  "segment.transfer_ms",
  "alert.breach_to_screen_ms",
] as const;

export type HistogramName = (typeof histogramNames)[number];

/** What one process saw since its last report. Deltas add up in any order. */
export const telemetryDeltaSchema = z.strictObject({
  instance: z.string(),
  atEpochMs: z.int(),
  counters: z.partialRecord(z.enum(counterNames), z.int().min(0)),
  rejects: z.partialRecord(z.enum(rejectReasons), z.int().min(0)),
  histograms: z.partialRecord(z.enum(histogramNames), histogramDataSchema),
  /** The same counts once more, by whom they belong to; not in every delta. */
  parts: deltaPartsSchema.optional(),
  /** Not in every delta. */
  sign: signOfLifeSchema.optional(),
});

export type TelemetryDelta = z.infer<typeof telemetryDeltaSchema>;
