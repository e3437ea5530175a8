import { dateLocale } from "../strings/locale.ts";
import type { TimeZoneChoice } from "./time-zone.ts";

const browserZone = new Intl.DateTimeFormat(dateLocale).resolvedOptions().timeZone;
let site: string | undefined;

/** The installation's zone, such as `Europe/Berlin`, as the server says it in the page; one that the browser does not know is UTC. */
function siteZone(): string {
  site ??= known(globalThis.document?.documentElement.dataset.siteZone);
  return site;
}

function known(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat(dateLocale, { timeZone: zone ?? "UTC" }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

/** The name that the IANA gives a zone. */
export function ianaZone(choice: TimeZoneChoice): string {
  if (choice === "utc") return "UTC";
  return choice === "site" ? siteZone() : browserZone;
}

const names = new Map<string, Intl.DateTimeFormat>();

/** The short name of a zone at a time, such as `CET` or `GMT-5`. */
export function shortName(epochMs: number, zone: string): string {
  const format =
    names.get(zone) ?? new Intl.DateTimeFormat(dateLocale, { timeZone: zone, timeZoneName: "short" });
  names.set(zone, format);
  return format.formatToParts(epochMs).find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** Whose zone it is, where that needs saying: the site and whoever looks have other clocks on the wall. */
export function whoseZone(epochMs: number, choice: TimeZoneChoice): "site" | "here" | null {
  if (choice === "utc" || shortName(epochMs, siteZone()) === shortName(epochMs, browserZone)) return null;
  return choice === "site" ? "site" : "here";
}

/** When the clocks of a zone show what those of UTC show at a time: so days of a zone begin, which are not all 24 h long. */
export function wallTimeIn(utcEpochMs: number, choice: TimeZoneChoice): number {
  const zone = ianaZone(choice);
  const near = utcEpochMs - aheadMs(utcEpochMs, zone);
  // Its clocks may have been changed between the two.
  return utcEpochMs - aheadMs(near, zone);
}

/** The other way: when the clocks of UTC show what those of a zone show at a time. */
export function utcTimeOf(epochMs: number, choice: TimeZoneChoice): number {
  return epochMs + aheadMs(epochMs, ianaZone(choice));
}

/** How far a zone's clocks are ahead of UTC. */
function aheadMs(epochMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat(dateLocale, {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  }).formatToParts(epochMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return shown - Math.floor(epochMs / 1000) * 1000;
}
