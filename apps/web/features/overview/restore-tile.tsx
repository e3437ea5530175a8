import type { KpiLive } from "@tapline/core/kpi";
import { formatAge } from "../../client/format.ts";
import { Card } from "../../ui/card.tsx";

/** When the first proof is to be had. */
function firstDue({ restore: { firstArchivedAtEpochMs, everyMs }, atEpochMs }: KpiLive): string {
  if (firstArchivedAtEpochMs === null || everyMs === null) return "not yet due: nothing is archived";
  const inMs = firstArchivedAtEpochMs + everyMs - atEpochMs;
  return inMs > 0 ? `not yet due: the first within ${formatAge(inMs)}` : "the first is due now";
}

/** When it was last proven that the archive can be restored: quiet as long as that is lately enough. */
export function RestoreTile({ live }: { live: KpiLive }) {
  const { provenAtEpochMs, everyMs, freshness, readBack } = live.restore;
  const isLate = freshness === "stale" || freshness === "off";
  // Both times are the servers': a browser's clock has no part in it.
  const ageMs = provenAtEpochMs === null ? null : Math.max(0, live.atEpochMs - provenAtEpochMs);
  return (
    <Card
      className="col-span-2 flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-3 lg:col-span-12"
      data-testid="restore"
      data-stale={isLate}
    >
      <h2 className="text-sm font-medium text-ink-soft">Last proven restore</h2>
      <p className="figure text-sm font-medium">{ageMs === null ? "none yet" : `${formatAge(ageMs)} ago`}</p>
      {freshness === "due" ? <span className="text-xs text-ink-soft">{firstDue(live)}</span> : null}
      {freshness === "stale" ? (
        <span className="rounded bg-warning-surface px-1.5 py-0.5 text-xs font-medium text-warning">
          <span aria-hidden>▲ </span>overdue
        </span>
      ) : null}
      {readBack.map(({ archive, objects, readBack: read }) => (
        <span key={archive} className="text-xs text-ink-faint" data-testid={`read-back-${archive}`}>
          {archive}: {objects === 0 ? "nothing stored" : `${Math.floor((100 * read) / objects)} % read back`}{" "}
          in 24 h
        </span>
      ))}
      <span className="ml-auto text-xs text-ink-faint">
        {everyMs === null ? "no drills are held" : `a random segment is restored every ${formatAge(everyMs)}`}
      </span>
    </Card>
  );
}
