"use client";

import { useTheme } from "next-themes";
import { formatTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { chooseTimeZone, type TimeZoneChoice, timeZoneChoices, useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import { ianaZone } from "../../client/zones.ts";
import { Choice } from "../../ui/choice.tsx";
import { isTheme, type Theme } from "./themes.ts";

const looks: readonly { label: string; value: Theme }[] = [
  { label: "System", value: "system" },
  { label: "Light", value: "light" },
  { label: "Dark", value: "dark" },
  { label: "High contrast", value: "contrast" },
];
const zoneLabels: Record<TimeZoneChoice, string> = { local: "This browser", site: "Site", utc: "UTC" };

/** What this browser keeps of how somebody wants pages: their look, and in which zone times are. */
export function Preferences() {
  const { theme, setTheme } = useTheme();
  const zone = useTimeZone();
  // The server knows neither.
  if (useNow(60_000) === null) return null;
  return (
    <div className="space-y-3 px-3 py-2">
      <Choice
        legend="Look"
        name="look"
        options={looks}
        value={isTheme(theme) ? theme : "system"}
        onChange={setTheme}
      />
      <Choice
        legend="Times in the zone of"
        name="zone"
        options={timeZoneChoices.map((value) => ({ label: zoneLabels[value], value }))}
        value={zone}
        onChange={chooseTimeZone}
      >
        <p className="mt-1.5 text-xs text-ink-faint">
          {ianaZone(zone)}: it is {formatTime(serverNow(), zone, false)} {zoneName(serverNow(), zone)}
        </p>
      </Choice>
    </div>
  );
}
