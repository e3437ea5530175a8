"use client";

import { usePathname } from "next/navigation";
import { useEffect, useSyncExternalStore } from "react";
import { queryClient } from "./api.ts";
import { endPause, getPause, noPause, onPause, type Pause, startPause } from "./pause.ts";
import { serverNow } from "./server-clock.ts";

export function usePause(): Pause {
  return useSyncExternalStore(onPause, getPause, () => noPause);
}

/** Everything that is shown is asked for anew. */
export function resume(): void {
  endPause();
  void queryClient.invalidateQueries();
}

export function togglePause(): void {
  if (getPause().sinceEpochMs === null) startPause(serverNow());
  else resume();
}

/** A pause is of the page that was looked at: whoever goes on to another one sees that as it is. */
export function usePauseOfPage(): void {
  const path = usePathname();
  useEffect(() => {
    if (path !== null) return () => void (getPause().sinceEpochMs === null || resume());
    return undefined;
  }, [path]);
}
