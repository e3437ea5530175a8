import { formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useUnderWay } from "../../client/use-archive.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { OpenSegmentView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/under-way.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { shortId, stageNames } from "./archive-words.ts";

/** Segments on their way to the archive, and why the last attempt at one failed. */
export function UnderWay({ onRetry }: { onRetry: (segment: string) => void }) {
  const { open, isFailed, heardEpochMs } = useUnderWay();
  useNow(1_000);
  const nowEpochMs = serverNow();
  const failing = open?.filter(({ fault }) => fault !== "") ?? [];
  return (
    <Card
      aria-label={strings.underWay}
      data-stale={isFailed}
      className="mb-3 flex max-h-48 flex-wrap items-baseline gap-x-4 gap-y-1 overflow-y-auto px-4 py-2.5 text-sm"
      tabIndex={failing.length > 0 ? 0 : undefined}
    >
      <h2 className="font-medium text-ink-soft">{strings.underWay}</h2>
      <p className="age text-ink-faint" role="status">
        {isFailed ? unreadWords(heardEpochMs) : wordsOf(open, nowEpochMs)}
      </p>
      {failing.length === 0 ? null : (
        <ul aria-label={strings.segmentsThatFail} className="w-full space-y-1 pb-1">
          {failing.map((segment) => (
            <Failing key={segment.id} {...{ segment, nowEpochMs, onRetry }} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function unreadWords(heardEpochMs: number): string {
  const span = heardEpochMs === 0 ? "" : strings.forSpan({ span: formatSpan(Date.now() - heardEpochMs) });
  return strings.notKnownSpanRedisOr({ span });
}

function wordsOf(open: readonly OpenSegmentView[] | undefined, nowEpochMs: number): string {
  if (open === undefined) return "…";
  const [oldest] = open;
  if (oldest === undefined) return strings.nothingEveryTapThatCame;
  const stages = Object.entries(Object.groupBy(open, ({ stage }) => stage));
  const byStage = stages.map(([stage, list]) => strings.listInStage({ list: list.length, stage })).join(", ");
  const taps = open.reduce((sum, one) => sum + one.taps, 0);
  return strings.segmentsOfTapsByStage({
    open: open.length,
    taps,
    byStage,
    span: formatSpan(nowEpochMs - oldest.cutAtEpochMs),
  });
}

function Failing({
  segment,
  nowEpochMs,
  onRetry,
}: {
  segment: OpenSegmentView;
  nowEpochMs: number;
  onRetry: (segment: string) => void;
}) {
  const mayOperate = useMayOperate();
  const { id, stage, attempts, state, fault, taps, cutAtEpochMs } = segment;
  return (
    <li className="grid grid-cols-[1rem_minmax(0,1fr)_auto] items-start gap-x-2">
      <span aria-hidden className="text-warning">
        ▲
      </span>
      <div>
        <p className="age">
          {rich(strings.idStageTapsForSpan, {
            id: <span className="figure font-medium">{shortId(id)}</span>,
            stage: stageNames[stage].toLowerCase(),
            taps,
            span: formatSpan(nowEpochMs - cutAtEpochMs),
            attempts: (
              <span className="font-medium text-warning">{strings.attemptsFailed({ attempts })}</span>
            ),
            state: state === "active" ? strings.oneIsUnderWay : strings.theNextWithin15S,
          })}
        </p>
        <p className="text-ink-soft [overflow-wrap:anywhere]">{fault}</p>
      </div>
      {mayOperate ? (
        <Button kind="outline" className="h-8" onClick={() => onRetry(id)}>
          {strings.tryNow}
        </Button>
      ) : null}
    </li>
  );
}
