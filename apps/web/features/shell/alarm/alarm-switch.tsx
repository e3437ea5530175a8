"use client";

import { useState } from "react";
import * as strings from "../../../strings/generated/shell/alarm/alarm-switch.ts";
import { Button } from "../../../ui/button.tsx";
import { Choice } from "../../../ui/choice.tsx";
import { chooseAlarm, useAlarmChoice } from "./choice.ts";
import { askToNotify, mayNotify } from "./notify.ts";
import { allowSound, isHeard, sound } from "./sound.ts";

/** Until then a browser has allowed what was pressed for, ms. */
const allowedWithinMs = 500;

/** Has critical alerts be heard in this browser, or not; switched on it is heard once, so that one knows. */
export function AlarmSwitch() {
  const isOn = useAlarmChoice();
  const [tried, setTried] = useState<string | null>(null);
  const attempt = () => {
    allowSound();
    // A browser that did not allow it yet takes a moment to.
    setTimeout(() => {
      sound();
      setTried(isHeard() ? strings.itWasPlayedIfYou : strings.thisBrowserPlaysNoSound);
    }, allowedWithinMs);
  };
  const change = (value: "on" | "off") => {
    chooseAlarm(value === "on");
    setTried(null);
    if (value === "off") return;
    attempt();
    void askToNotify();
  };
  return (
    <Choice
      legend={strings.soundForCriticalAlerts}
      name="alarm"
      options={[
        { label: strings.off, value: "off" },
        { label: strings.onInThisBrowser, value: "on" },
      ]}
      value={isOn ? "on" : "off"}
      onChange={change}
    >
      {isOn ? (
        <div className="mt-1.5 flex items-start gap-2 text-xs text-ink-faint">
          <p className="flex-1">
            <span role="status">{tried ?? strings.every10SUntilAll}</span>
            {mayNotify() === false ? strings.thisBrowserAllowsNoNotifications : ""}
          </p>
          <Button kind="outline" className="h-7 px-2 text-xs" onClick={attempt}>
            {strings.tryIt}
          </Button>
        </div>
      ) : null}
    </Choice>
  );
}
