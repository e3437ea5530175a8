"use client";

import { useEffect } from "react";
import { detailOf } from "../../client/api.ts";
import { formatAge, formatTime } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { type Live, useLive } from "../../client/use-live.ts";
import * as strings from "../../strings/generated/shell/connection-banner.ts";
import { Notice } from "../../ui/notice.tsx";
import { bannerFor } from "./banner-text.ts";

/** Where whoever was signed out signs in anew and comes back. */
function signInAddress(): string {
  const { pathname, search, hash } = window.location;
  return `/sign-in?ended=1&from=${encodeURIComponent(pathname + search)}${hash}`;
}

/** Says what is wrong with the connection, since when, and what to do; nothing while all is well. Who is signed out is led to sign-in. */
export function ConnectionBanner() {
  const live = useLive();
  const isSignedOut = live.connection === "signed-out";
  useEffect(() => {
    if (isSignedOut) window.location.assign(signInAddress());
  }, [isSignedOut]);
  return (
    <div role="status" className="empty:hidden">
      <Banner live={live} />
    </div>
  );
}

function Banner({ live }: { live: Live }) {
  const zone = useTimeZone();
  const banner = bannerFor({ ...live, hasFigures: live.live !== null, detail: detailOf(live.error) });
  if (banner === null) return null;
  const since =
    live.live === null || live.ageMs === null
      ? null
      : strings.theFiguresBelowAreFrom({
          time: formatTime(live.live.atEpochMs, zone),
          span: formatAge(live.ageMs),
        });
  return (
    <Notice
      className="mb-4"
      tone={banner.tone}
      title={banner.title}
      action={
        live.connection === "signed-out" ? (
          <a href="/sign-in" className="text-sm font-semibold text-ink underline underline-offset-4">
            {strings.signInAgain}
          </a>
        ) : undefined
      }
    >
      {[banner.text, since].filter((part) => part !== null).join(" ")}
    </Notice>
  );
}
