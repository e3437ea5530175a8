"use client";

import { adviceOf } from "../../client/api.ts";
import { unknown } from "../../client/format.ts";
import { useTapTrace } from "../../client/use-taps.ts";
import type { TapTrace } from "../../contracts/taps.ts";
import * as strings from "../../strings/generated/taps/tap-pane.ts";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Ladder } from "./ladder.tsx";
import { SegmentTaps } from "./segment-taps.tsx";
import { Verdict, Where, Whose } from "./tap-facts.tsx";
import { TapProof } from "./tap-proof.tsx";
import { placeWords, stateNames } from "./tap-words.ts";
import { Waterfall } from "./waterfall.tsx";

/** One tap from its reader to the archive. */
export function TapPane({ name, onClose }: { name: string; onClose: () => void }) {
  const { trace, isUnknown, error } = useTapTrace(name);
  return (
    <PaneFrame
      kind={
        <span role="status">
          {trace === undefined ? (isUnknown ? strings.notKnown : unknown) : stateNames[trace.state]}
        </span>
      }
      title={trace?.name ?? name}
      onClose={onClose}
    >
      {trace === undefined ? <Untraced error={error} /> : <Traced trace={trace} isFailed={error !== null} />}
    </PaneFrame>
  );
}

function Untraced({ error }: { error: unknown }) {
  const advice = adviceOf(error);
  return advice === null ? (
    <PaneWaiting isFailed={error !== null} />
  ) : (
    <p className="px-5 py-4 text-sm text-ink-soft">{strings.adviceItIsLookedFor({ advice })}</p>
  );
}

function Traced({ trace, isFailed }: { trace: TapTrace; isFailed: boolean }) {
  const { isAt, segment, state } = trace;
  return (
    <>
      {isFailed ? (
        <p role="status" className="border-b border-line px-5 py-3 text-sm text-warning">
          <span aria-hidden>▲ </span>
          {strings.itCouldNotBeRead}
        </p>
      ) : null}
      {isAt === null ? null : (
        <p className="border-b border-line px-5 py-3 text-sm text-ink-soft">{placeWords(isAt)}</p>
      )}
      {state === "gap" ? (
        <p className="border-b border-line px-5 py-3 text-sm text-ink-soft">{strings.anOpenGapOfThe}</p>
      ) : null}
      <Verdict trace={trace} />
      <Ladder trace={trace} />
      <TapProof trace={trace} />
      <Waterfall steps={trace.steps} isOneOfMany={segment !== null && segment.taps !== 1} />
      <Whose trace={trace} />
      {segment === null ? null : (
        <>
          <Where segment={segment} />
          {segment.taps !== 1 ? <SegmentTaps segment={segment} /> : null}
        </>
      )}
    </>
  );
}
