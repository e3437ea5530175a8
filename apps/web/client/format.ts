import { dateLocale, language } from "../strings/locale.ts";
import { grouped } from "../strings/runtime.ts";
import type { TimeZoneChoice } from "./time-zone.ts";
import { ianaZone, shortName, whoseZone } from "./zones.ts";

const oneDecimal = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Stands where a figure is not known: never a guessed number, and never a zero. */
export const unknown = "–";

/** A number of things. `null`: not known. */
export function formatCount(count: number | null): string {
  return count === null ? unknown : grouped.format(count);
}

/** A rate or another small measure; one decimal below a thousand. `null`: not known. */
export function formatRate(value: number | null): string {
  if (value === null) return unknown;
  return value < 1000 ? oneDecimal.format(value) : grouped.format(value);
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

/** An amount of bytes in the largest unit that fits. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(1, bytes)) / 10), byteUnits.length - 1);
  return `${formatCount(Math.round(bytes / 1024 ** power))} ${byteUnits[power]}`;
}

/** A measured time in ms without its unit; one decimal below ten. `null`: nothing was measured. */
export function formatMs(ms: number | null): string {
  if (ms === null) return unknown;
  return ms < 10 ? oneDecimal.format(ms) : grouped.format(ms);
}

/** How long something lasts or has lasted, in the largest unit that fits. */
export function formatAge(ms: number): string {
  if (ms < 10_000) return `${oneDecimal.format(ms / 1000)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** How long, in whole units: what ticks every second would draw the eye to what is not new. */
export function formatSpan(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return `${Math.floor(Math.max(0, ms) / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  return formatAge(ms);
}

const toMinutes = { hour: "2-digit", minute: "2-digit" } as const;
const toSeconds = { ...toMinutes, second: "2-digit" } as const;
const toDays = { weekday: "short", day: "numeric", month: "short" } as const;
// Made once for each zone: each takes a millisecond of a frame to make.
const made = new Map<string, ReturnType<typeof timesIn>>();

function timesOf(choice: TimeZoneChoice) {
  const timeZone = ianaZone(choice);
  const times = made.get(timeZone) ?? timesIn(timeZone);
  made.set(timeZone, times);
  return times;
}

function timesIn(timeZone: string) {
  return {
    minutes: new Intl.DateTimeFormat(dateLocale, { ...toMinutes, timeZone }),
    seconds: new Intl.DateTimeFormat(dateLocale, { ...toSeconds, timeZone }),
    days: new Intl.DateTimeFormat(dateLocale, { ...toDays, timeZone }),
  };
}

/** A time of day, `14:03` or `14:03:07`, in the chosen zone. */
export function formatTime(epochMs: number, zone: TimeZoneChoice, withSeconds = true): string {
  return timesOf(zone)[withSeconds ? "seconds" : "minutes"].format(epochMs);
}

/** A day, such as `Sun 29 Nov`, in the chosen zone. */
export function formatDay(epochMs: number, zone: TimeZoneChoice): string {
  return timesOf(zone).days.format(epochMs);
}

/** A day and a time of day, such as `Sun 29 Nov, 14:03:07`, in the chosen zone. */
export function formatMoment(epochMs: number, zone: TimeZoneChoice): string {
  return `${formatDay(epochMs, zone)}, ${formatTime(epochMs, zone)}`;
}

/** A time of day, after its day where that is another one than today. @param nowEpochMs by the server's clock */
export function formatDayTime(
  epochMs: number,
  zone: TimeZoneChoice,
  nowEpochMs: number,
  withSeconds = false,
): string {
  const day = formatDay(epochMs, zone);
  const time = formatTime(epochMs, zone, withSeconds);
  return day === formatDay(nowEpochMs, zone) ? time : `${day}, ${time}`;
}

/** The zone's short name, such as `UTC` or `CET`, with whose it is where site and browser have two: `CET site`. */
export function zoneName(epochMs: number, zone: TimeZoneChoice): string {
  const whose = whoseZone(epochMs, zone);
  const name = shortName(epochMs, ianaZone(zone));
  return whose === null ? name : `${name} ${whose}`;
}
