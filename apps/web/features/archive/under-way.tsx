import { formatCount, formatSpan } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useUnderWay } from "../../client/use-archive.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { OpenSegmentView } from "../../contracts/archive.ts";
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
      aria-label="Under way"
      data-stale={isFailed}
      className="mb-3 flex max-h-48 flex-wrap items-baseline gap-x-4 gap-y-1 overflow-y-auto px-4 py-2.5 text-sm"
      tabIndex={failing.length > 0 ? 0 : undefined}
    >
      <h2 className="font-medium text-ink-soft">Under way</h2>
      <p className="age text-ink-faint" role="status">
        {isFailed ? unreadWords(heardEpochMs) : wordsOf(open, nowEpochMs)}
      </p>
      {failing.length === 0 ? null : (
        <ul aria-label="Segments that fail" className="w-full space-y-1 pb-1">
          {failing.map((segment) => (
            <Failing key={segment.id} {...{ segment, nowEpochMs, onRetry }} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function unreadWords(heardEpochMs: number): string {
  const span = heardEpochMs === 0 ? "" : ` for ${formatSpan(Date.now() - heardEpochMs)}`;
  return `Not known${span}: Redis or the console's server does not answer.`;
}

function wordsOf(open: readonly OpenSegmentView[] | undefined, nowEpochMs: number): string {
  if (open === undefined) return "…";
  const [oldest] = open;
  if (oldest === undefined) return "Nothing: every tap that came in is archived or refused.";
  const stages = Object.entries(Object.groupBy(open, ({ stage }) => stage));
  const byStage = stages.map(([stage, list]) => `${list.length} in ${stage}`).join(", ");
  const taps = open.reduce((sum, one) => sum + one.taps, 0);
  return `${formatCount(open.length)} ${open.length === 1 ? "segment" : "segments"} of ${formatCount(taps)} ${taps === 1 ? "tap" : "taps"}: ${byStage}; the oldest for ${formatSpan(nowEpochMs - oldest.cutAtEpochMs)}`;
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
          <span className="figure font-medium">{shortId(id)}</span> {stageNames[stage].toLowerCase()},{" "}
          {formatCount(taps)} {taps === 1 ? "tap" : "taps"}, for {formatSpan(nowEpochMs - cutAtEpochMs)}:{" "}
          <span className="font-medium text-warning">
            {formatCount(attempts)} {attempts === 1 ? "attempt" : "attempts"} failed
          </span>
          {state === "active" ? "; one is under way" : "; the next within 15 s"}
        </p>
        <p className="text-ink-soft [overflow-wrap:anywhere]">{fault}</p>
      </div>
      {mayOperate ? (
        <Button kind="outline" className="h-8" onClick={() => onRetry(id)}>
          Try now…
        </Button>
      ) : null}
    </li>
  );
}
