"use client";

import * as strings from "../strings/generated/client/zone-choice.ts";
import { Choice } from "../ui/choice.tsx";
import { formatTime, zoneName } from "./format.ts";
import { serverNow } from "./server-clock.ts";
import { chooseTimeZone, type TimeZoneChoice, timeZoneChoices, useTimeZone } from "./time-zone.ts";
import { useNow } from "./use-now.ts";
import { ianaZone } from "./zones.ts";

const labels: Record<TimeZoneChoice, string> = { local: strings.thisBrowser, site: strings.site, utc: "UTC" };
const options = timeZoneChoices.map((value) => ({ label: labels[value], value }));

/** In which zone this browser shows times. Nothing before the first frame of the browser: the server does not know it. @param name another one for each that is on a page */
export function ZoneChoice({ name }: { name: string }) {
  const zone = useTimeZone();
  if (useNow(60_000) === null) return null;
  return (
    <Choice legend={strings.timesInTheZoneOf} {...{ name, options }} value={zone} onChange={chooseTimeZone}>
      <p className="mt-1.5 text-xs text-ink-faint">
        {strings.zoneItIsTimeZone({
          zone: ianaZone(zone),
          time: formatTime(serverNow(), zone, false),
          zone2: zoneName(serverNow(), zone),
        })}
      </p>
    </Choice>
  );
}
