"use client";

import { formatDayTime } from "../../client/format.ts";
import { Unread } from "../../client/list-states.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useHolds } from "../../client/use-archive.ts";
import { useNow } from "../../client/use-now.ts";
import type { HoldsView, HoldView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/holds.ts";
import { rich } from "../../strings/rich.tsx";
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
      <h1 className="mb-2 text-lg font-semibold tracking-tight">{strings.holdsExpiry}</h1>
      {isFailed ? <Unread what={strings.holds} heardEpochMs={heardEpochMs} /> : null}
      {holds === undefined ? <Waiting isFailed={isFailed} /> : <Known {...holds} />}
    </div>
  );
}

function Known({ holds, expired }: HoldsView) {
  const nowEpochMs = serverNow();
  return (
    <>
      <Card aria-label={strings.expiry} className="mb-3 px-4 py-3 text-sm">
        <h2 className="text-xs font-medium text-ink-faint">{strings.expiry}</h2>
        <p className="age mt-1">
          {expired.segments === 0
            ? strings.noSegmentWasRemovedNothings
            : strings.segmentsWereRemovedBecauseTheir({
                segments: expired.segments,
                last: ago(expired.lastAtEpochMs, nowEpochMs),
              })}
        </p>
        <p className="mt-1 text-ink-faint">
          {rich(strings.removingIsDoneByTapline, {
            code: (words) => <code className="font-mono text-xs">{words}</code>,
          })}
        </p>
      </Card>
      <Card aria-label={strings.holds2} className="text-sm">
        {holds.length === 0 ? (
          <p className="px-4 py-6 text-center text-ink-soft">
            {rich(strings.nothingIsHeldTaplineArchive, {
              code: (words) => <code className="font-mono text-xs">{words}</code>,
            })}
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
        {strings.placedByPlacedByTime({ placedBy, time: formatDayTime(placedAtEpochMs, zone, nowEpochMs) })}
        {guards === null ? "" : strings.guardsSegmentsTaps({ segments: guards.segments, taps: guards.taps })}
        {releasedAtEpochMs === null
          ? ""
          : strings.releasedByReleasedByTime({
              releasedBy: releasedBy ?? "",
              time: formatDayTime(releasedAtEpochMs, zone, nowEpochMs),
              releaseReason: releaseReason ? `: ${releaseReason}` : "",
            })}
      </p>
    </li>
  );
}

function subjectOf({ kind, subject, firstDay, lastDay }: HoldView): string {
  const days =
    firstDay === null && lastDay === null
      ? ""
      : strings.firstDayToLastDay({
          firstDay: firstDay ?? strings.theFirstDay,
          lastDay: lastDay ?? strings.theLastDay,
        });
  return kind === "days"
    ? strings.allTapsDays({ days })
    : `${kind[0]?.toUpperCase()}${kind.slice(1)} ${subject}${days}`;
}

function Waiting({ isFailed }: { isFailed: boolean }) {
  if (isFailed) return null;
  return (
    <div aria-busy="true" className="space-y-3">
      <span className="sr-only">{strings.loadingHolds}</span>
      <Skeleton className="h-16" />
      <Skeleton className="h-32" />
    </div>
  );
}
