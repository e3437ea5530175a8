import type { KpiLive } from "@tapline/core/kpi";
import { formatAge } from "../../client/format.ts";
import * as strings from "../../strings/generated/overview/restore-tile.ts";
import { Card } from "../../ui/card.tsx";

/** When the first proof is to be had. */
function firstDue({ restore: { firstArchivedAtEpochMs, everyMs }, atEpochMs }: KpiLive): string {
  if (firstArchivedAtEpochMs === null || everyMs === null) return strings.notYetDueNothingIs;
  const inMs = firstArchivedAtEpochMs + everyMs - atEpochMs;
  return inMs > 0 ? strings.notYetDueTheFirst({ span: formatAge(inMs) }) : strings.theFirstIsDueNow;
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
      <h2 className="text-sm font-medium text-ink-soft">{strings.lastProvenRestore}</h2>
      <p className="figure text-sm font-medium">
        {ageMs === null ? strings.noneYet : strings.spanAgo({ span: formatAge(ageMs) })}
      </p>
      {freshness === "due" ? <span className="text-xs text-ink-soft">{firstDue(live)}</span> : null}
      {freshness === "stale" ? (
        <span className="rounded bg-warning-surface px-1.5 py-0.5 text-xs font-medium text-warning">
          <span aria-hidden>▲ </span>
          {strings.overdue}
        </span>
      ) : null}
      {readBack.map(({ archive, objects, readBack: read }) => (
        <span key={archive} className="text-xs text-ink-faint" data-testid={`read-back-${archive}`}>
          {strings.archiveReadIn24H({
            archive,
            read:
              objects === 0
                ? strings.nothingStored
                : strings.readReadBack({ read: Math.floor((100 * read) / objects) }),
          })}
        </span>
      ))}
      <span className="ml-auto text-xs text-ink-faint">
        {everyMs === null
          ? strings.noDrillsAreHeld
          : strings.aRandomSegmentIsRestored({ span: formatAge(everyMs) })}
      </span>
    </Card>
  );
}
