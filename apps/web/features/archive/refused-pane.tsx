import Link from "next/link";
import type { ReactNode } from "react";
import { formatBytes, formatCount, formatMoment } from "../../client/format.ts";
import { reasonWords } from "../../client/reason-labels.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { RefusedTap } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/refused-pane.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Fact } from "../../ui/fact.tsx";
import { PaneFrame } from "../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { Part } from "../../ui/part.tsx";
import { ago } from "./archive-words.ts";
import { outcomeWords } from "./refused-list.tsx";

/** Why a tap was refused, what is kept of it, and what became of it; never what it says. */
export function RefusedPane({
  name,
  tap,
  isAnswered,
  onClose,
  onAgent,
  acts,
}: {
  name: string;
  /** `null`: it is not among those that are loaded. */
  tap: RefusedTap | null;
  isAnswered: boolean;
  onClose: () => void;
  /** Narrows the list to an agent. */
  onAgent: (agent: string) => void;
  acts?: ReactNode;
}) {
  return (
    <PaneFrame
      kind={tap === null ? strings.refusedTap : outcomeWords(tap)}
      title={name}
      {...{ onClose, acts }}
    >
      {tap !== null ? (
        <Known tap={tap} onAgent={onAgent} />
      ) : isAnswered ? (
        <p className="px-5 py-4 text-sm text-ink-soft">{strings.itIsNotAmongThe}</p>
      ) : (
        <PaneWaiting isFailed={false} />
      )}
    </PaneFrame>
  );
}

function Known({ tap, onAgent }: { tap: RefusedTap; onAgent: (agent: string) => void }) {
  const zone = useTimeZone();
  const nowEpochMs = serverNow();
  const at = (epochMs: number) => formatMoment(epochMs, zone);
  return (
    <>
      <Part title={strings.why}>
        <p>
          <span className="font-medium">{reasonWords(tap.reason)}</span>{" "}
          <span className="font-mono text-xs text-ink-faint">{tap.reason}</span>
        </p>
        <p className="[overflow-wrap:anywhere] text-ink-soft">{tap.detail}</p>
        {tap.firstReason === null || tap.firstReason === tap.reason ? null : (
          <p className="mt-1 text-ink-faint">
            {strings.beforeItWasReplayedReason({ reason: reasonWords(tap.firstReason) })}
          </p>
        )}
      </Part>
      <section aria-label={strings.figures} className="border-b border-line px-5 py-3">
        <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
          <Fact
            name={strings.refused}
            value={ago(tap.quarantinedAtEpochMs, nowEpochMs)}
            note={at(tap.quarantinedAtEpochMs)}
          />
          <Fact name={strings.read} value={ago(tap.readAtEpochMs, nowEpochMs)} note={at(tap.readAtEpochMs)} />
          <Fact
            name={strings.rules}
            value={
              tap.rulesVersion === 0
                ? strings.beforeReleases
                : strings.releaseRulesVersion({ rulesVersion: tap.rulesVersion })
            }
          />
          <Fact
            name={strings.kept}
            value={tap.sealedBytes === 0 ? strings.itsDigest : formatBytes(tap.sealedBytes)}
            note={tap.sealedBytes === 0 ? strings.theQuotaWasSpent : strings.sealed}
          />
          <Fact
            name={strings.replayed}
            value={replaysOf(tap)}
            note={tap.replayedAtEpochMs === null ? null : ago(tap.replayedAtEpochMs, nowEpochMs)}
          />
          <Fact name={strings.reader} value={tap.reader} />
        </dl>
      </section>
      {tap.outcomeSegment === null ? null : (
        <Part title={strings.whereItsContentLies}>
          <Link
            href={`/archive?open=segment/${tap.outcomeSegment}`}
            className="figure text-xs underline underline-offset-2"
          >
            {tap.outcomeSegment}
          </Link>
        </Part>
      )}
      <Part title={strings.sha256OfTheTap}>
        <p className="figure text-xs [overflow-wrap:anywhere]">{tap.sha256}</p>
      </Part>
      <Part title={strings.ofThisAgent}>
        <Button kind="outline" className="h-8" onClick={() => onAgent(tap.agent)}>
          {strings.showItsRefusedTapsAlone}
        </Button>
      </Part>
      <p className="px-5 py-3 text-xs text-ink-faint">
        {rich(strings.whatItSaysIsHealth, { code: (words) => <code className="font-mono">{words}</code> })}
      </p>
    </>
  );
}

function replaysOf({ replays }: RefusedTap): string {
  if (replays === 0) return "never";
  return replays === 1 ? "once" : strings.replaysTimes({ replays: formatCount(replays) });
}
