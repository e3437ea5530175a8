"use client";

import { formatCount, formatDayTime } from "../../client/format.ts";
import { Unread } from "../../client/list-states.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useHolds } from "../../client/use-archive.ts";
import { useNow } from "../../client/use-now.ts";
import type { HoldsView, HoldView } from "../../contracts/archive.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ago } from "./archive-words.ts";

/** What may neither be moved nor removed, and what was removed because its time was over. */
export function Holds() {
  const { holds, isFailed, heardEpochMs } = useHolds();
  useNow(1_000);
  return (
    <div data-stale={isFailed}>
      <h1 className="mb-2 text-lg font-semibold tracking-tight">Holds & expiry</h1>
      {isFailed ? <Unread what="holds" heardEpochMs={heardEpochMs} /> : null}
      {holds === undefined ? <Waiting isFailed={isFailed} /> : <Known {...holds} />}
    </div>
  );
}

function Known({ holds, expired }: HoldsView) {
  const nowEpochMs = serverNow();
  return (
    <>
      <Card aria-label="Expiry" className="mb-3 px-4 py-3 text-sm">
        <h2 className="text-xs font-medium text-ink-faint">Expiry</h2>
        <p className="age mt-1">
          {expired.segments === 0
            ? "No segment was removed: nothing's time was over yet."
            : `${formatCount(expired.segments)} ${expired.segments === 1 ? "segment was" : "segments were"} removed because their time was over, the last ${ago(expired.lastAtEpochMs, nowEpochMs)}. Their rows stay, so that their taps stay known.`}
        </p>
        <p className="mt-1 text-ink-faint">
          Removing is done by <code className="font-mono text-xs">tapline archive expire</code>; what a hold
          guards stays.
        </p>
      </Card>
      <Card aria-label="Holds" className="text-sm">
        {holds.length === 0 ? (
          <p className="px-4 py-6 text-center text-ink-soft">
            Nothing is held. <code className="font-mono text-xs">tapline archive hold place</code> keeps
            segments of days, an agent, a tracker, or a single one.
          </p>
        ) : (
          <ul>
            {holds.map((hold) => (
              <Hold key={hold.id} hold={hold} />
            ))}
          </ul>
        )}
      </Card>
    </>
  );
}

function Hold({ hold }: { hold: HoldView }) {
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  const { id, reason, placedBy, placedAtEpochMs, releasedBy, releasedAtEpochMs, releaseReason, guards } =
    hold;
  return (
    <li className="border-b border-line px-4 py-3 last:border-b-0">
      <p className={cn("font-medium", releasedAtEpochMs !== null && "text-ink-faint")}>
        <span className="figure">{id}</span> · {subjectOf(hold)}
      </p>
      <p className="[overflow-wrap:anywhere] text-ink-soft">{reason}</p>
      <p className="age text-xs text-ink-faint">
        placed by {placedBy}, {formatDayTime(placedAtEpochMs, zone, nowEpochMs)}
        {guards === null
          ? ""
          : ` · guards ${formatCount(guards.segments)} ${guards.segments === 1 ? "segment" : "segments"}, ${formatCount(guards.taps)} ${guards.taps === 1 ? "tap" : "taps"}`}
        {releasedAtEpochMs === null
          ? ""
          : ` · released by ${releasedBy}, ${formatDayTime(releasedAtEpochMs, zone, nowEpochMs)}${releaseReason ? `: ${releaseReason}` : ""}`}
      </p>
    </li>
  );
}

function subjectOf({ kind, subject, firstDay, lastDay }: HoldView): string {
  const days =
    firstDay === null && lastDay === null
      ? ""
      : `, ${firstDay ?? "the first day"} to ${lastDay ?? "the last day"} UTC`;
  return kind === "days" ? `All taps${days}` : `${kind[0]?.toUpperCase()}${kind.slice(1)} ${subject}${days}`;
}

function Waiting({ isFailed }: { isFailed: boolean }) {
  if (isFailed) return null;
  return (
    <div aria-busy="true" className="space-y-3">
      <span className="sr-only">Loading holds</span>
      <Skeleton className="h-16" />
      <Skeleton className="h-32" />
    </div>
  );
}
