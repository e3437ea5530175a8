"use client";

import { useTheme } from "next-themes";
import { useNow } from "../../client/use-now.ts";
import { ZoneChoice } from "../../client/zone-choice.tsx";
import * as strings from "../../strings/generated/shell/preferences.ts";
import { Choice } from "../../ui/choice.tsx";
import { AlarmSwitch } from "./alarm/alarm-switch.tsx";
import { isTheme, type Theme } from "./themes.ts";

const looks: readonly { label: string; value: Theme }[] = [
  { label: strings.system, value: "system" },
  { label: strings.light, value: "light" },
  { label: strings.dark, value: "dark" },
  { label: strings.highContrast, value: "contrast" },
];

/** What this browser keeps of how somebody wants pages: their look, in which zone times are, and whether they are heard. */
export function Preferences() {
  const { theme, setTheme } = useTheme();
  // The server knows neither.
  if (useNow(60_000) === null) return null;
  return (
    <div className="space-y-3 px-3 py-2">
      <Choice
        legend={strings.look}
        name="look"
        options={looks}
        value={isTheme(theme) ? theme : "system"}
        onChange={setTheme}
      />
      <ZoneChoice name="zone" />
      <AlarmSwitch />
    </div>
  );
}
