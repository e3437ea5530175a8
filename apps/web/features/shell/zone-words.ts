import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { ianaZone } from "../../client/zones.ts";
import * as strings from "../../strings/generated/shell/zone-words.ts";

/** Whose zone it is and which, as a part of a sentence. */
export function zoneWords(choice: TimeZoneChoice): string {
  if (choice === "utc") return strings.utc;
  return choice === "site"
    ? strings.theSitesZoneZone({ zone: ianaZone("site") })
    : strings.thisBrowsersZoneZone({ zone: ianaZone("local") });
}
