"use client";

import { useState } from "react";
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
      setTried(
        isHeard()
          ? "It was played. If you heard nothing, see the volume of this machine."
          : "This browser plays no sound here.",
      );
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
      legend="Sound for critical alerts"
      name="alarm"
      options={[
        { label: "Off", value: "off" },
        { label: "On, in this browser", value: "on" },
      ]}
      value={isOn ? "on" : "off"}
      onChange={change}
    >
      {isOn ? (
        <div className="mt-1.5 flex items-start gap-2 text-xs text-ink-faint">
          <p className="flex-1">
            <span role="status">{tried ?? "Every 10 s until all are acknowledged, in one tab."}</span>
            {mayNotify() === false ? " This browser allows no notifications." : ""}
          </p>
          <Button kind="outline" className="h-7 px-2 text-xs" onClick={attempt}>
            Try it
          </Button>
        </div>
      ) : null}
    </Choice>
  );
}
