"use client";

import type { ReactNode } from "react";
import { adviceOf } from "../../client/api.ts";
import { formatBytes, formatCount, formatMoment } from "../../client/format.ts";
import { LastActs } from "../../client/last-acts.tsx";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useSegment } from "../../client/use-archive.ts";
import type { SegmentDetail } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/segment-pane.ts";
import { rich } from "../../strings/rich.tsx";
import { Fact } from "../../ui/fact.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Part } from "../../ui/part.tsx";
import { ago, segmentStanding } from "./archive-words.ts";
import { SegmentCopies } from "./segment-copies.tsx";

/** What a segment's audit entries say, said of who did it. */
const words = {
  "segment.archived": strings.archivedIt,
  "segment.adopted": strings.tookItIntoTheIndex,
  "segment.copied": strings.copiedItToAFurther,
  "segment.healed": strings.broughtBackWhatAnArchive,
  "segment.missing": strings.missedItInAnArchive,
  "segment.withdrawn": strings.withdrewIt,
  "segment.expired": strings.removedItItsTimeWas,
  "segment.expiry-refused": strings.wasRefusedItsRemoval,
  "segment.rewraps-copied": strings.copiedItsRewraps,
  "restore.proven": strings.restoredItForTrialProven,
  "restore.sealed": strings.checkedItWithoutAKey,
  "restore.failed": strings.couldNotRestoreItFor,
} as const;

/** Everything that is known of one segment. */
export function SegmentPane({ id, onClose, acts }: { id: string; onClose: () => void; acts?: ReactNode }) {
  const { detail, isFailed, error } = useSegment(id);
  const standing =
    detail === undefined
      ? null
      : segmentStanding(
          { ...detail, targets: detail.copies.map(({ target }) => target), lacking: lackingOf(detail) },
          serverNow(),
        );
  return (
    <PaneFrame
      kind={standing?.words ?? strings.segment}
      title={id}
      isCalling={standing?.isCalling ?? false}
      {...{ onClose, acts }}
    >
      {detail === undefined ? (
        isFailed && adviceOf(error) !== null ? (
          <p className="px-5 py-4 text-sm text-ink-soft">{adviceOf(error)}</p>
        ) : (
          <PaneWaiting isFailed={isFailed} />
        )
      ) : (
        <Known detail={detail} />
      )}
    </PaneFrame>
  );
}

const lackingOf = ({ tasks }: SegmentDetail): string[] =>
  tasks.filter(({ kind }) => kind === "copy").map(({ target }) => target);

function Known({ detail }: { detail: SegmentDetail }) {
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  const at = (epochMs: number) => formatMoment(epochMs, zone);
  return (
    <>
      <section aria-label={strings.figures} className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact
            name={strings.archived}
            value={ago(detail.archivedAtEpochMs, nowEpochMs)}
            note={at(detail.archivedAtEpochMs)}
          />
          <Fact
            name={strings.taps}
            value={formatCount(detail.taps)}
            note={strings.ofTrackers({ trackers: detail.trackers })}
          />
          <Fact name={strings.object} value={formatBytes(detail.objectBytes)} note={strings.sealed} />
          <Fact
            name={strings.firstTapRead}
            value={ago(detail.firstReadAtEpochMs, nowEpochMs)}
            note={at(detail.firstReadAtEpochMs)}
          />
          <Fact
            name={strings.lastTapRead}
            value={ago(detail.lastReadAtEpochMs, nowEpochMs)}
            note={at(detail.lastReadAtEpochMs)}
          />
          {detail.expiredAtEpochMs === null ? null : (
            <Fact
              name={strings.removed}
              value={ago(detail.expiredAtEpochMs, nowEpochMs)}
              note={at(detail.expiredAtEpochMs)}
            />
          )}
        </dl>
      </section>
      {detail.hold === null ? null : (
        <Part title={strings.held}>
          <p>
            {rich(strings.holdIdKeepsItFrom, {
              id: <span className="figure">{detail.hold.id}</span>,
              reason: detail.hold.reason,
            })}
          </p>
        </Part>
      )}
      <SegmentCopies detail={detail} />
      <Files detail={detail} />
      <Part title={strings.openedBy}>
        <ul className="space-y-1">
          {detail.keys.map(({ ski, subject, state }) => (
            <li key={ski}>
              {subject ?? strings.aKeyThatTheRing}
              {state === null ? null : <span className="text-ink-faint"> · {state}</span>}
              <p className="figure text-xs [overflow-wrap:anywhere] text-ink-faint">{ski}</p>
            </li>
          ))}
        </ul>
        {detail.keys.length === 0 ? <p className="text-ink-faint">{strings.noKeyIsNotedFor}</p> : null}
      </Part>
      <Part title={strings.whoseTaps}>
        <ul className="space-y-1">
          {detail.agents.map(({ agent, epoch, firstSeq, lastSeq, taps }) => (
            <li key={`${agent}/${epoch}/${firstSeq}`} className="flex justify-between gap-3">
              <span className="min-w-0 truncate">{agent}</span>
              <span className="text-xs whitespace-nowrap text-ink-faint">
                {rich(strings.epochEpochFirstSeqTaps, {
                  epoch: <span className="figure">{epoch}</span>,
                  firstSeq: (
                    <span className="figure">
                      {firstSeq}–{lastSeq}
                    </span>
                  ),
                  taps: formatCount(taps),
                })}
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <LastActs acts={detail.acts} names={detail.names} words={words} />
    </>
  );
}

function Files({
  detail: { objectPath, manifestPath, objectSha256, manifestSha256 },
}: {
  detail: SegmentDetail;
}) {
  return (
    <Part title={strings.filesWithTheirSha256}>
      {[
        { name: strings.object, path: objectPath, sha256: objectSha256 },
        { name: strings.manifest, path: manifestPath, sha256: manifestSha256 },
      ].map(({ name, path, sha256 }) => (
        <div key={name} className="not-first:mt-2">
          <p className="text-xs text-ink-faint">{name}</p>
          <p className="figure text-xs [overflow-wrap:anywhere]">{path}</p>
          <p className="figure text-xs [overflow-wrap:anywhere] text-ink-faint">{sha256}</p>
        </div>
      ))}
    </Part>
  );
}
