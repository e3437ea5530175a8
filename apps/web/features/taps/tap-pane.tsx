"use client";

import { X } from "lucide-react";
import { adviceOf } from "../../client/api.ts";
import { useTapTrace } from "../../client/use-taps.ts";
import type { TapTrace } from "../../contracts/taps.ts";
import { Button } from "../../ui/button.tsx";
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
    <section
      aria-label="What is known"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
      tabIndex={0}
      className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
    >
      <header className="border-b border-line px-5 pt-4 pb-3">
        <div className="flex items-start gap-2">
          <p role="status" className="flex-1 text-xs font-semibold text-ink-soft">
            {trace === undefined ? (isUnknown ? "Not known" : "–") : stateNames[trace.state]}
          </p>
          <Button aria-label="Close" className="-mt-1.5 -mr-2 size-8 px-0" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </Button>
        </div>
        <h2 className="mt-1 text-base leading-snug font-semibold [overflow-wrap:anywhere]">
          {trace?.name ?? name}
        </h2>
      </header>
      {trace === undefined ? <Untraced error={error} /> : <Traced trace={trace} isFailed={error !== null} />}
    </section>
  );
}

function Untraced({ error }: { error: unknown }) {
  const advice = adviceOf(error);
  return advice === null ? (
    <PaneWaiting isFailed={error !== null} />
  ) : (
    <p className="px-5 py-4 text-sm text-ink-soft">{advice} It is looked for again all the time.</p>
  );
}

function Traced({ trace, isFailed }: { trace: TapTrace; isFailed: boolean }) {
  const { isAt, segment, state } = trace;
  return (
    <>
      {isFailed ? (
        <p role="status" className="border-b border-line px-5 py-3 text-sm text-warning">
          <span aria-hidden>▲ </span>It could not be read just now: this is what was last known.
        </p>
      ) : null}
      {isAt === null ? null : (
        <p className="border-b border-line px-5 py-3 text-sm text-ink-soft">{placeWords(isAt)}</p>
      )}
      {state === "gap" ? (
        <p className="border-b border-line px-5 py-3 text-sm text-ink-soft">
          An open gap of the ledger: what the agent read under this number is neither archived nor refused.
        </p>
      ) : null}
      <Verdict trace={trace} />
      <Ladder trace={trace} />
      <TapProof trace={trace} />
      <Waterfall steps={trace.steps} isOneOfMany={segment !== null && segment.taps > 1} />
      <Whose trace={trace} />
      {segment === null ? null : (
        <>
          <Where segment={segment} />
          {segment.taps > 1 ? <SegmentTaps segment={segment} /> : null}
        </>
      )}
    </>
  );
}
