import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { utcTimeOf, wallTimeIn } from "../../client/zones.ts";

/** A time as a field of a browser has it, `2026-11-29T14:03:07`, in the chosen zone. */
export function fieldTime(epochMs: number, zone: TimeZoneChoice): string {
  return new Date(utcTimeOf(epochMs, zone)).toISOString().slice(0, 19);
}

/** The time that a field says; `null` where it says none. */
export function fieldTimeOf(text: string, zone: TimeZoneChoice): number | null {
  const shownEpochMs = Date.parse(`${text}Z`);
  return Number.isNaN(shownEpochMs) || shownEpochMs < 0 ? null : wallTimeIn(shownEpochMs, zone);
}
