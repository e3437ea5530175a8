"use client";

import type { ReactNode } from "react";
import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { TargetView } from "../../contracts/archive.ts";
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
      kind={standing?.words ?? "Archive"}
      title={name}
      isCalling={standing?.isCalling ?? false}
      {...{ onClose, acts }}
    >
      {target === undefined ? <PaneWaiting isFailed={false} /> : null}
      {target === null ? (
        <p className="px-5 py-4 text-sm text-ink-soft">The workers' settings name no archive {name}.</p>
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
          {away.error ?? "The worker told no error."}
        </p>
      )}
      <section aria-label="Figures" className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact name="Uploaded" value={formatByteRate(rate)} note="in the last minute counted" />
          <Fact name="Errors" value={formatRatio(target.errorRatio)} note="of all attempts in 1 h" />
          <Fact name="Last stored" value={ago(target.lastStoredAtEpochMs, nowEpochMs)} />
          <Fact
            name="Behind"
            value={`${formatCount(waiting)} ${waiting === 1 ? "segment" : "segments"}`}
            note={oldest === null ? null : `the oldest cut ${formatSpan(nowEpochMs - oldest)} ago`}
          />
          <Fact name="Restore proven" value={ago(target.provenAtEpochMs, nowEpochMs)} />
          <Fact
            name="Last drill"
            value={lastDrill === null ? "none" : lastDrill.outcome}
            note={lastDrill === null ? null : ago(lastDrill.atEpochMs, nowEpochMs)}
            isBad={lastDrill?.outcome === "failed"}
          />
        </dl>
      </section>
      {lastDrill === null || lastDrill.detail === "" ? null : (
        <Part title="What the last drill found">
          <p className="[overflow-wrap:anywhere]">{lastDrill.detail}</p>
        </Part>
      )}
      {target.fault === "" ? null : (
        <Part title="Why the last copy to it failed">
          <p className="[overflow-wrap:anywhere]">{target.fault}</p>
        </Part>
      )}
      <Part title="Where it is">
        <p className="figure text-xs">{target.address ?? "No worker has said it yet."}</p>
        <p className="mt-1 text-ink-faint">
          {target.isWanted
            ? "Every segment shall lie in it."
            : "It takes segments where the one before it fails."}
        </p>
      </Part>
      <Part title="Host keys that are believed">
        <ul className="space-y-1">
          {target.hostKeys.map((key) => (
            <li key={key} className="figure text-xs [overflow-wrap:anywhere]">
              {key}
            </li>
          ))}
        </ul>
        {target.hostKeys.length === 0 ? <p className="text-ink-faint">No worker has said it yet.</p> : null}
      </Part>
    </>
  );
}
