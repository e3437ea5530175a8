import { z } from "zod";

/** How many of an archive's objects were read back whole after they were stored, and found right. */
export const readBackShareSchema = z.strictObject({
  archive: z.string(),
  objects: z.int().min(0),
  readBack: z.int().min(0),
});

export type ReadBackShare = z.infer<typeof readBackShareSchema>;

/** How lately it was proven that the archive can be restored. */
export const restoreStandingSchema = z.strictObject({
  /** When a drill last restored a segment and found it equal to its proof; null: never yet. */
  provenAtEpochMs: z.int().nullable(),
  /** When the oldest segment was cut that is archived; null: nothing is. */
  firstArchivedAtEpochMs: z.int().nullable(),
  /** How often that is tried, ms; null: nobody tries. */
  everyMs: z.int().min(1).nullable(),
  /** By archive, of what was stored within the last 24 h. */
  readBack: z.array(readBackShareSchema),
});

export type RestoreStanding = z.infer<typeof restoreStandingSchema>;

/**
 * `current`: proven within twice the schedule; `due`: never yet, and there was nothing to restore, or not for so long;
 * `stale`: not lately enough any more, or never though it is tried; `off`: nobody tries.
 */
export const restoreFreshnessSchema = z.enum(["current", "due", "stale", "off"]);

export type RestoreFreshness = z.infer<typeof restoreFreshnessSchema>;

/** What a standing means now. @param nowEpochMs wall clock, ms */
export function restoreFreshness(
  standing: Pick<RestoreStanding, "provenAtEpochMs" | "firstArchivedAtEpochMs" | "everyMs">,
  nowEpochMs: number,
): RestoreFreshness {
  const { provenAtEpochMs, firstArchivedAtEpochMs, everyMs } = standing;
  if (everyMs === null) return "off";
  const isWithin = (sinceEpochMs: number) => nowEpochMs - sinceEpochMs <= 2 * everyMs;
  if (provenAtEpochMs !== null) return isWithin(provenAtEpochMs) ? "current" : "stale";
  return firstArchivedAtEpochMs === null || isWithin(firstArchivedAtEpochMs) ? "due" : "stale";
}
