import type { TimeZoneChoice } from "../../client/time-zone.ts";

/** A time as a field of a browser has it, `2026-11-29T14:03:07`, in the chosen zone. */
export function fieldTime(epochMs: number, zone: TimeZoneChoice): string {
  const offsetMs = zone === "utc" ? 0 : new Date(epochMs).getTimezoneOffset() * 60_000;
  return new Date(epochMs - offsetMs).toISOString().slice(0, 19);
}

/** The time that a field says; `null` where it says none. */
export function fieldTimeOf(text: string, zone: TimeZoneChoice): number | null {
  const epochMs = Date.parse(zone === "utc" ? `${text}Z` : text);
  return Number.isNaN(epochMs) || epochMs < 0 ? null : epochMs;
}
