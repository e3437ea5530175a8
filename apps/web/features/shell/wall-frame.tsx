"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import * as strings from "../../strings/generated/shell/wall-frame.ts";
import { AlarmWhereChosen } from "./alarm/where-chosen.tsx";
import { AlertStrip } from "./alert-strip.tsx";
import { Announcer } from "./announcer.tsx";
import { Clock } from "./clock.tsx";
import { ConnectionBadge } from "./connection-badge.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Mark } from "./mark.tsx";
import { useThemeToggle } from "./theme-toggle.tsx";

/** A screen on a wall: nothing to press, read from afar, all of it in sight, and it does not go dark. */
export function WallFrame({ siteName, children }: { siteName: string; children: ReactNode }) {
  const router = useRouter();
  const { toggle } = useThemeToggle();
  const isAwake = useScreenAwake();
  useHotkeys(strings.wallDisplay, [
    { keys: ["Escape"], does: strings.leaveTheWallDisplay, run: () => router.push("/") },
    { keys: ["t"], does: strings.changeTheTheme, run: toggle },
  ]);
  return (
    <div data-wall className="flex min-h-screen flex-col lg:h-screen lg:overflow-hidden">
      <header className="flex items-center gap-3 border-b border-line bg-surface px-5 py-2">
        <Mark className="size-9 shrink-0" />
        <h1 className="min-w-0 truncate text-lg font-semibold tracking-tight">{siteName}</h1>
        <p className="ml-auto text-xs text-ink-faint max-sm:hidden">
          {isAwake === false ? strings.theScreenMayGoDark : ""}
          {strings.escLeaves}
        </p>
        <ConnectionBadge />
        <Clock />
      </header>
      <AlertStrip />
      <main className="flex min-h-0 flex-1 flex-col gap-3 p-4">
        <ConnectionBanner />
        {children}
      </main>
      <Announcer />
      <AlarmWhereChosen />
    </div>
  );
}

/** Keeps the screen on. False where the browser does not; `null` until that is known. */
function useScreenAwake(): boolean | null {
  const [isAwake, setAwake] = useState<boolean | null>(null);
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let isOver = false;
    const keep = async () => {
      // A page out of sight loses it, and has to ask anew.
      if (document.visibilityState !== "visible") return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (isOver) await lock.release();
        setAwake(true);
      } catch {
        setAwake(false);
      }
    };
    void keep();
    document.addEventListener("visibilitychange", keep);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", keep);
      void lock?.release();
    };
  }, []);
  return isAwake;
}
