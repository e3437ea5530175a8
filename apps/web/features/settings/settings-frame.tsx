"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useSites } from "../../client/viewer.tsx";
import * as strings from "../../strings/generated/settings/settings-frame.ts";

/** The heading of every page of settings. */
export function SettingsFrame({ isFailed, children }: { isFailed: boolean; children: ReactNode }) {
  const isWhole = useSites() === null;
  return (
    <div data-stale={isFailed}>
      <div className="mb-3 flex flex-wrap items-baseline gap-x-6 gap-y-2">
        <h1 className="text-lg font-semibold tracking-tight">{strings.settings}</h1>
        {isWhole ? (
          <Link
            href="/alerts/channels"
            className="ml-auto text-sm text-ink-soft underline underline-offset-4"
          >
            {strings.channelsOfAlerts}
          </Link>
        ) : null}
      </div>
      {children}
    </div>
  );
}
