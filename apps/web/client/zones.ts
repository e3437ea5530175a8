import type { TimeZoneChoice } from "./time-zone.ts";

const browserZone = new Intl.DateTimeFormat("en-GB").resolvedOptions().timeZone;
let site: string | undefined;

/** The installation's zone, such as `Europe/Berlin`, as the server says it in the page; one that the browser does not know is UTC. */
function siteZone(): string {
  site ??= known(globalThis.document?.documentElement.dataset.siteZone);
  return site;
}

function known(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone ?? "UTC" }).resolvedOptions().timeZone;
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
    names.get(zone) ?? new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" });
  names.set(zone, format);
  return format.formatToParts(epochMs).find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** Whose zone it is, where that needs saying: the site and whoever looks have other clocks on the wall. */
export function whoseZone(epochMs: number, choice: TimeZoneChoice): "site" | "here" | null {
  if (choice === "utc" || shortName(epochMs, siteZone()) === shortName(epochMs, browserZone)) return null;
  return choice === "site" ? "site" : "here";
}
