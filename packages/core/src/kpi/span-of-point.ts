import type { KpiPoint } from "./schema.ts";
import type { KpiSpan } from "./spans.ts";

/** A point as a span of all of the installation: what it does not tell stays unknown. */
export function spanOfPoint(point: KpiPoint): KpiSpan {
  const { startEpochMs, resolutionMs, ingested, archived, duplicates, rejects } = point;
  const rejected = Object.values(rejects).reduce((sum, count) => sum + count, 0);
  return {
    ...{ scope: {}, startEpochMs, resolutionMs },
    counts: {
      ...{ "tap.ingested": ingested, "tap.archived": archived, "tap.duplicate": duplicates },
      ...{ "tap.rejected": rejected },
    },
    times: { "tap.to_archive_ms": point.tapToArchiveMs },
    levels: { "backlog.taps": point.backlog, "backlog.oldest_ms": point.oldestAgeMs ?? 0 },
  };
}
