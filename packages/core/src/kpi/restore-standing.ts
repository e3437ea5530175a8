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
  /** How often that is tried, ms; null: nobody tries. */
  everyMs: z.int().min(1).nullable(),
  /** By archive, of what was stored within the last 24 h. */
  readBack: z.array(readBackShareSchema),
});

export type RestoreStanding = z.infer<typeof restoreStandingSchema>;

/**
 * `current`: proven within twice the schedule; `stale`: not any more, or never though it is tried; `off`: nobody tries.
 */
export const restoreFreshnessSchema = z.enum(["current", "stale", "off"]);

export type RestoreFreshness = z.infer<typeof restoreFreshnessSchema>;

/** What a standing means now. @param nowEpochMs wall clock, ms */
export function restoreFreshness(
  { provenAtEpochMs, everyMs }: Pick<RestoreStanding, "provenAtEpochMs" | "everyMs">,
  nowEpochMs: number,
): RestoreFreshness {
  if (everyMs === null) return "off";
  return provenAtEpochMs !== null && nowEpochMs - provenAtEpochMs <= 2 * everyMs ? "current" : "stale";
}
