"use client";

import { useState, useSyncExternalStore } from "react";
import { getNews, noNews, onNews } from "../../client/alert-news.ts";
import { formatTime, zoneName } from "../../client/format.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { resume, usePause } from "../../client/use-pause.ts";
import * as strings from "../../strings/generated/shell/paused-banner.ts";
import { Button } from "../../ui/button.tsx";
import { SeverityMark } from "../../ui/severity.tsx";

/** Says that the page stands still, since when, and what it does not show; nothing while it is live. */
export function PausedBanner() {
  const { sinceEpochMs, waiting } = usePause();
  return sinceEpochMs === null ? null : <Paused {...{ sinceEpochMs, waiting }} />;
}

function Paused({ sinceEpochMs, waiting }: { sinceEpochMs: number; waiting: number }) {
  const zone = useTimeZone();
  return (
    <section
      aria-label={strings.paused}
      className="sticky top-14 z-5 flex flex-wrap items-center gap-x-4 gap-y-1 border-y border-line-strong bg-info-surface px-5 py-1.5 text-sm text-ink max-sm:px-3"
    >
      <p className="tabular-nums">
        <span aria-hidden>❙❙ </span>
        <strong className="font-semibold">
          {strings.pausedAtTimeZone({
            time: formatTime(sinceEpochMs, zone),
            zone: zoneName(sinceEpochMs, zone),
          })}
        </strong>
        {" — "}
        {strings.changesWait({ waiting })}
      </p>
      <NewCritical />
      <Button kind="outline" className="ml-auto h-8 border-ink" onClick={resume}>
        {strings.showWhatIsNew}
      </Button>
    </section>
  );
}

/** What was raised since the page stands still is not to wait. */
function NewCritical() {
  const news = useSyncExternalStore(onNews, getNews, () => noNews);
  const [before] = useState(news.critical);
  if (news.critical === before) return null;
  return (
    <p className="min-w-0 truncate font-medium text-critical">
      <SeverityMark severity="critical" /> {news.critical}
    </p>
  );
}
