"use client";

import type { ReactNode } from "react";
import { useLive } from "../../client/use-live.ts";

/** What is in it looks stale while nothing comes. It alone is drawn anew with each live picture, and not what is in it. */
export function StaleFrame({ children }: { children: ReactNode }) {
  const { connection } = useLive();
  const isStale = connection === "stale" || connection === "signed-out";
  return (
    <div data-stale={isStale} className="flex flex-1 flex-col">
      {children}
    </div>
  );
}
