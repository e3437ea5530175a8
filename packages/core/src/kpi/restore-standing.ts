import { z } from "zod";

/** How lately it was proven that the archive can be restored. */
export const restoreStandingSchema = z.strictObject({
  /** When a drill last restored a segment and found it equal to its proof; null: never yet. */
  provenAtEpochMs: z.int().nullable(),
  /** How often that is tried, ms; null: nobody tries. */
  everyMs: z.int().min(1).nullable(),
});

export type RestoreStanding = z.infer<typeof restoreStandingSchema>;

/**
 * `current`: proven within twice the schedule; `stale`: not any more, or never though it is tried; `off`: nobody tries.
 */
export const restoreFreshnessSchema = z.enum(["current", "stale", "off"]);

export type RestoreFreshness = z.infer<typeof restoreFreshnessSchema>;

/** What a standing means now. @param nowEpochMs wall clock, ms */
export function restoreFreshness(
  { provenAtEpochMs, everyMs }: RestoreStanding,
  nowEpochMs: number,
): RestoreFreshness {
  if (everyMs === null) return "off";
  return provenAtEpochMs !== null && nowEpochMs - provenAtEpochMs <= 2 * everyMs ? "current" : "stale";
}
