import { z } from "zod";

/** Below this a segment of some MiB would take longer than any day's work waits for. */
const minBytesPerSecond = 1_024;

const clockTimeSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 08:00")
  .describe("time of day, HH:MM");

const rateSchema = z.int().min(minBytesPerSecond).nullable().describe("bytes per second, null = no limit");

/** How much of a shared line may be used: bytes per second, other limits at hours of the day, in a named time zone. */
export const bandwidthSchema = z.strictObject({
  bytesPerSecond: rateSchema.default(null),
  /** Hours with a limit of their own; from = to is the whole day; over midnight where `from` is later than `to`. The first that fits holds. */
  windows: z
    .array(z.strictObject({ from: clockTimeSchema, to: clockTimeSchema, bytesPerSecond: rateSchema }))
    .default([]),
  /** IANA name. Asked for, since a server's own zone is seldom that of the people who share the line. */
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin").default("UTC"),
});

export type Bandwidth = z.infer<typeof bandwidthSchema>;

/** The limit that holds at a moment: bytes per second, null = none. @param epochMs wall clock */
export function bandwidthAt(bandwidth: Bandwidth, epochMs: number): number | null {
  if (bandwidth.windows.length === 0) return bandwidth.bytesPerSecond;
  const now = timeOfDay(epochMs, bandwidth.timeZone);
  const window = bandwidth.windows.find(({ from, to }) =>
    from < to ? from <= now && now < to : now >= from || now < to,
  );
  return window === undefined ? bandwidth.bytesPerSecond : window.bytesPerSecond;
}

/** Bytes that may go at once before the limit is felt: what is sent in this time. */
const burstMs = 500;

/** The point in time, on the caller's clock in ms, up to which what was sent has used the line. */
export type BandwidthUse = { readonly usedUntilMs: number };

/**
 * Takes `bytes` from a token bucket of half a second's worth.
 * @param nowMs a steady clock, ms
 * @returns how long to wait before sending, ms, and the bucket afterwards
 */
export function takeBandwidth(
  use: BandwidthUse,
  bytes: number,
  bytesPerSecond: number,
  nowMs: number,
): { readonly waitMs: number; readonly use: BandwidthUse } {
  const from = Math.max(use.usedUntilMs, nowMs - burstMs);
  const usedUntilMs = from + (bytes / bytesPerSecond) * 1_000;
  return { waitMs: Math.max(0, from - nowMs), use: { usedUntilMs } };
}

/** `HH:MM` of the moment in a time zone. */
function timeOfDay(epochMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return format.format(epochMs);
}

function isTimeZone(name: string): boolean {
  try {
    timeOfDay(0, name);
    return true;
  } catch {
    return false;
  }
}
