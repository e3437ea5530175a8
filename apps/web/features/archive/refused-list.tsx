import { reasonWords } from "../../client/reason-labels.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { RefusedTap } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/refused-list.ts";
import { cn } from "../../ui/cn.ts";
import { OptionList } from "../../ui/option-list.tsx";
import { ago } from "./archive-words.ts";

/** A tap by its agent's numbering. */
export const tapName = ({ agent, epoch, seq }: Pick<RefusedTap, "agent" | "epoch" | "seq">): string =>
  `${agent}/${epoch}/${seq}`;

/** What became of a refused tap. */
export function outcomeWords({ outcome, replays, reason }: RefusedTap): string {
  if (outcome === "archived") return strings.archivedSince;
  if (outcome === "duplicate") return strings.liesInTheArchive;
  if (outcome === "refused") return strings.refusedAgain;
  if (replays > 0) return strings.beingReplayed;
  return reason === "equivocation" ? strings.cannotBeReplayed : strings.kept;
}

const columns = cn(
  "grid-cols-[minmax(0,1fr)_minmax(0,1fr)]",
  "@2xl:grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)_7rem_8rem]",
);
const middle = "@max-2xl:hidden";

/** Refused taps, newest first. */
export function RefusedList({
  taps,
  cursor,
  onMove,
  onOpen,
  onEnd,
}: {
  taps: readonly RefusedTap[];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (name: string) => void;
  onEnd: (() => void) | undefined;
}) {
  const nowEpochMs = serverNow();
  return (
    <OptionList
      name={strings.refused}
      ids={taps.map(tapName)}
      {...{ cursor, onMove, onOpen, onEnd, columns }}
      head={
        <>
          <span>{strings.agentNumber}</span>
          <span>{strings.reason}</span>
          <span className={cn("text-right", middle)}>{strings.refused}</span>
          <span className={middle}>{strings.whatBecameOfIt}</span>
        </>
      }
    >
      {(index) => {
        const tap = taps[index];
        if (tap === undefined) return null;
        return (
          <>
            <div className="min-w-0">
              <p className="truncate text-sm">{tap.agent}</p>
              <p className="figure truncate text-xs text-ink-faint">
                {tap.epoch}/{tap.seq}
              </p>
            </div>
            <div className="min-w-0">
              <p className="truncate text-sm">{reasonWords(tap.reason)}</p>
              <p className="truncate text-xs text-ink-faint">{tap.detail}</p>
            </div>
            <p className={cn("age truncate text-right text-xs text-ink-soft", middle)}>
              <span className="sr-only">{strings.refused} </span>
              {ago(tap.quarantinedAtEpochMs, nowEpochMs)}
            </p>
            <p className={cn("truncate text-sm text-ink-soft", middle)}>{outcomeWords(tap)}</p>
          </>
        );
      }}
    </OptionList>
  );
}
