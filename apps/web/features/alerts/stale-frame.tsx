"use client";

import type { ReactNode } from "react";
import { useConnection } from "../../client/use-live.ts";

/** What is in it looks stale while nothing comes. */
export function StaleFrame({ children }: { children: ReactNode }) {
  const connection = useConnection();
  const isStale = connection === "stale" || connection === "signed-out";
  return (
    <div data-stale={isStale} className="flex flex-1 flex-col">
      {children}
    </div>
  );
}
