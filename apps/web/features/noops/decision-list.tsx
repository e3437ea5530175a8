import type { Decision } from "@tapline/core/noops";
import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import * as strings from "../../strings/generated/noops/decision-list.ts";
import { rich } from "../../strings/rich.tsx";
import { cn } from "../../ui/cn.ts";
import { OptionList } from "../../ui/option-list.tsx";
import { stateLooks } from "./noops-words.ts";

const columns = cn(
  "grid-cols-[8.5rem_minmax(0,1fr)_4.5rem]",
  "@2xl:grid-cols-[9.5rem_minmax(0,2fr)_minmax(0,1fr)_4rem_5.5rem]",
);
const wide = "@max-2xl:hidden";

/** Decisions, newest first. */
export function DecisionList({
  decisions,
  cursor,
  onMove,
  onOpen,
  onEnd,
}: {
  decisions: readonly Decision[];
  cursor: number;
  onMove: (index: number) => void;
  onOpen: (id: string) => void;
  onEnd: (() => void) | undefined;
}) {
  const nowEpochMs = serverNow();
  return (
    <OptionList
      name={strings.decisions}
      ids={decisions.map(({ id }) => id)}
      {...{ cursor, onMove, onOpen, onEnd, columns }}
      head={
        <>
          <span>{strings.state}</span>
          <span>{strings.what}</span>
          <span className={wide}>{strings.rule}</span>
          <span className={cn("text-right", wide)}>{strings.times}</span>
          <span className="text-right">{strings.last}</span>
        </>
      }
    >
      {(index) => {
        const decision = decisions[index];
        return decision === undefined ? null : <Cells {...{ decision, nowEpochMs }} />;
      }}
    </OptionList>
  );
}

function Cells({ decision, nowEpochMs }: { decision: Decision; nowEpochMs: number }) {
  const { state, preview, says, ruleId, target, times, lastAtEpochMs } = decision;
  const { word, shape, isCalling } = stateLooks[state];
  return (
    <>
      <p className={cn("truncate text-sm", isCalling ? "font-medium text-warning" : "text-ink-soft")}>
        <span aria-hidden>{shape} </span>
        {word}
      </p>
      <div className="min-w-0">
        <p className="truncate text-sm">{preview ?? says}</p>
        <p className="truncate text-xs text-ink-faint">{preview === null ? target : says}</p>
      </div>
      <p className={cn("truncate text-sm text-ink-soft", wide)}>{ruleId}</p>
      <p className={cn("figure truncate text-right text-xs text-ink-soft", wide)}>
        <span className="sr-only">{strings.decidedTimes} </span>
        {formatCount(times)}
      </p>
      <p className="age truncate text-right text-xs text-ink-soft">
        {rich(strings.lastSpanAgo, {
          b: (words) => <span className="sr-only">{words}</span>,
          span: formatSpan(nowEpochMs - lastAtEpochMs),
        })}
      </p>
    </>
  );
}
