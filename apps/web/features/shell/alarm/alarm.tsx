"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import { getNews, noNews, onNews } from "../../../client/alert-news.ts";
import { useAlertCounts } from "../../../client/use-alerts.ts";
import { useHotkeys } from "../../../client/use-hotkeys.ts";
import * as strings from "../../../strings/generated/shell/alarm/alarm.ts";
import { AlarmBar } from "./alarm-bar.tsx";
import { notify } from "./notify.ts";
import { allowSound, isHeard, onHeard, sound } from "./sound.ts";
import { useLead } from "./use-lead.ts";
import { useSilence } from "./use-silence.ts";

/** It sounds again so often until somebody has acknowledged or silenced, however many call, ms. */
const againMs = 10_000;

/**
 * Sounds while critical alerts call that nobody has acknowledged, in one tab of a browser, and shows a notification of new ones where that
 * tab is out of sight. A pause of what is shown does not keep it still.
 */
export function Alarm() {
  const { counts } = useAlertCounts();
  const calling = counts?.open.critical.activeUnacknowledged ?? 0;
  const mayBeHeard = useSyncExternalStore(onHeard, isHeard, () => false);
  const isSounding = useLead("tapline.alarm.sound", mayBeHeard);
  const { isSilent, silence } = useSilence(calling);
  useAllowedByPressing();
  useNotifications(useLead("tapline.alarm.notify", true));
  const isCalling = calling > 0 && !isSilent;
  useEffect(() => {
    if (!isSounding || !isCalling) return;
    sound();
    const again = setInterval(sound, againMs);
    return () => clearInterval(again);
  }, [isSounding, isCalling]);
  useHotkeys(
    strings.sound,
    isCalling ? [{ keys: ["m"], does: strings.silenceUntilTheNextCritical, run: silence }] : [],
  );
  return <AlarmBar {...{ calling, isSilent, silence, mayBeHeard }} />;
}

function useAllowedByPressing(): void {
  useEffect(() => {
    allowSound();
    window.addEventListener("pointerdown", allowSound);
    window.addEventListener("keydown", allowSound);
    return () => {
      window.removeEventListener("pointerdown", allowSound);
      window.removeEventListener("keydown", allowSound);
    };
  }, []);
}

function useNotifications(isTelling: boolean): void {
  const { critical } = useSyncExternalStore(onNews, getNews, () => noNews);
  // What was told before this tab began to tell is no news.
  const [told, setTold] = useState(critical);
  useEffect(() => {
    if (critical === told) return;
    setTold(critical);
    if (isTelling && document.hidden) void notify(critical);
  }, [critical, told, isTelling]);
}
