import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { ianaZone } from "../../client/zones.ts";

/** Whose zone it is and which, as a part of a sentence. */
export function zoneWords(choice: TimeZoneChoice): string {
  if (choice === "utc") return "UTC";
  return choice === "site"
    ? `the site's zone (${ianaZone("site")})`
    : `this browser's zone (${ianaZone("local")})`;
}
