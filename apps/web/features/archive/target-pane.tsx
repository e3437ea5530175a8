"use client";

import type { ReactNode } from "react";
import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { TargetView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/target-pane.ts";
import { Fact } from "../../ui/fact.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Part } from "../../ui/part.tsx";
import { ago, formatByteRate, formatRatio, targetStanding } from "./archive-words.ts";

/** Everything that is known of one archive. `target`: `null` = there is none of that name; `undefined`: not known yet. */
export function TargetPane({
  name,
  target,
  onClose,
  acts,
}: {
  name: string;
  target: TargetView | null | undefined;
  onClose: () => void;
  acts?: ReactNode;
}) {
  const standing = target == null ? null : targetStanding(target, serverNow());
  return (
    <PaneFrame
      kind={standing?.words ?? strings.archive}
      title={name}
      isCalling={standing?.isCalling ?? false}
      {...{ onClose, acts }}
    >
      {target === undefined ? <PaneWaiting isFailed={false} /> : null}
      {target === null ? (
        <p className="px-5 py-4 text-sm text-ink-soft">{strings.theWorkersSettingsNameNo({ name })}</p>
      ) : null}
      {target == null ? null : <Known target={target} />}
    </PaneFrame>
  );
}

function Known({ target }: { target: TargetView }) {
  const nowEpochMs = serverNow();
  const { away, lastDrill, waiting, oldestWaitingEpochMs: oldest } = target;
  const rate = target.bytesPerSecond.findLast((value) => value !== null) ?? null;
  return (
    <>
      {away === null ? null : (
        <p className="border-b border-line px-5 py-3 text-sm [overflow-wrap:anywhere] text-warning">
          {away.error ?? strings.theWorkerToldNoError}
        </p>
      )}
      <section aria-label={strings.figures} className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact name={strings.uploaded} value={formatByteRate(rate)} note={strings.inTheLastMinuteCounted} />
          <Fact
            name={strings.errors}
            value={formatRatio(target.errorRatio)}
            note={strings.ofAllAttemptsIn1}
          />
          <Fact name={strings.lastStored} value={ago(target.lastStoredAtEpochMs, nowEpochMs)} />
          <Fact
            name={strings.behind}
            value={`${formatCount(waiting)} ${strings.segments({ waiting })}`}
            note={
              oldest === null ? null : strings.theOldestCutSpanAgo({ span: formatSpan(nowEpochMs - oldest) })
            }
          />
          <Fact name={strings.restoreProven} value={ago(target.provenAtEpochMs, nowEpochMs)} />
          <Fact
            name={strings.lastDrill}
            value={lastDrill === null ? "none" : lastDrill.outcome}
            note={lastDrill === null ? null : ago(lastDrill.atEpochMs, nowEpochMs)}
            isBad={lastDrill?.outcome === "failed"}
          />
        </dl>
      </section>
      {lastDrill === null || lastDrill.detail === "" ? null : (
        <Part title={strings.whatTheLastDrillFound}>
          <p className="[overflow-wrap:anywhere]">{lastDrill.detail}</p>
        </Part>
      )}
      {target.fault === "" ? null : (
        <Part title={strings.whyTheLastCopyTo}>
          <p className="[overflow-wrap:anywhere]">{target.fault}</p>
        </Part>
      )}
      <Part title={strings.whereItIs}>
        <p className="figure text-xs">{target.address ?? strings.noWorkerHasSaidIt}</p>
        <p className="mt-1 text-ink-faint">
          {target.isWanted ? strings.everySegmentShallLieIn : strings.itTakesSegmentsWhereThe}
        </p>
      </Part>
      <Part title={strings.hostKeysThatAreBelieved}>
        <ul className="space-y-1">
          {target.hostKeys.map((key) => (
            <li key={key} className="figure text-xs [overflow-wrap:anywhere]">
              {key}
            </li>
          ))}
        </ul>
        {target.hostKeys.length === 0 ? <p className="text-ink-faint">{strings.noWorkerHasSaidIt}</p> : null}
      </Part>
    </>
  );
}
