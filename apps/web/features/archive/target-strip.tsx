import { formatCount } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { ArchiveOverview, TargetView } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/target-strip.ts";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { ago, formatByteRate, formatRatio, quorumStanding, targetStanding } from "./archive-words.ts";

/** The archives side by side, and whether enough of them can be used. */
export function TargetStrip({
  overview,
  isFailed,
  open,
  onOpen,
}: {
  overview: ArchiveOverview | undefined;
  isFailed: boolean;
  open: string | null;
  onOpen: (name: string) => void;
}) {
  if (overview === undefined) return isFailed ? null : <Waiting />;
  const quorum = quorumStanding(overview);
  return (
    <section aria-label={strings.archives} className="mb-3">
      <p className={cn("mb-2 text-sm", quorum.isCalling ? "font-medium text-warning" : "text-ink-soft")}>
        {quorum.isCalling ? <span aria-hidden>▲ </span> : null}
        {quorum.words}
      </p>
      <ul className="grid gap-3 sm:grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))]">
        {overview.targets.map((target) => (
          <li key={target.name}>
            <TargetCard target={target} isOpen={open === target.name} onOpen={() => onOpen(target.name)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TargetCard({ target, isOpen, onOpen }: { target: TargetView; isOpen: boolean; onOpen: () => void }) {
  const nowEpochMs = serverNow();
  const { words, isCalling } = targetStanding(target, nowEpochMs);
  const rate = target.bytesPerSecond.findLast((value) => value !== null) ?? null;
  return (
    <Card className={cn("relative px-4 py-3", isOpen && "ring-2 ring-focus")}>
      <div className="flex items-baseline gap-2">
        <h2 className="text-sm font-semibold">
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={onOpen}
            className="after:absolute after:inset-0 after:rounded-lg"
          >
            {target.name}
          </button>
        </h2>
        <p className="min-w-0 flex-1 truncate text-xs text-ink-faint">{target.address}</p>
        <p className={cn("age text-xs", isCalling ? "font-semibold text-warning" : "text-ink-soft")}>
          {isCalling ? <span aria-hidden>▲ </span> : null}
          {words}
        </p>
      </div>
      <dl className="mt-2 grid grid-cols-[minmax(0,1.2fr)_minmax(0,0.9fr)_minmax(0,0.7fr)_minmax(0,1.3fr)] gap-x-3 text-xs">
        <Cell name={strings.uploaded} value={formatByteRate(rate)}>
          {rate === null ? undefined : (
            <Sparkline values={target.bytesPerSecond} className="mt-1 h-5 w-full" />
          )}
        </Cell>
        <Cell name={strings.errors1H} value={formatRatio(target.errorRatio)} />
        <Cell name={strings.behind} value={formatCount(target.waiting)} />
        <Cell name={strings.restored} value={ago(target.provenAtEpochMs, nowEpochMs)} />
      </dl>
    </Card>
  );
}

function Cell({ name, value, children }: { name: string; value: string; children?: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="truncate text-ink-faint">{name}</dt>
      <dd className="figure truncate text-sm">{value}</dd>
      {children === undefined ? null : <dd>{children}</dd>}
    </div>
  );
}

function Waiting() {
  return (
    <div
      aria-busy="true"
      className="mb-3 grid gap-3 sm:grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))]"
    >
      <span className="sr-only">{strings.loadingArchives}</span>
      <Skeleton className="h-28" />
    </div>
  );
}
