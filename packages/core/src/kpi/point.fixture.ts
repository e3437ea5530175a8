import type { KpiPoint } from "./schema.ts";

/** A one-second point in which nothing happened, apart from what is given. For tests. */
export function point(given: Partial<KpiPoint> = {}): KpiPoint {
  return {
    startEpochMs: 0,
    resolutionMs: 1000,
    ingested: 0,
    archived: 0,
    duplicates: 0,
    rejects: {},
    segments: 0,
    archiveBytes: 0,
    tapToArchiveMs: { zero: 0, buckets: [] },
    backlog: 0,
    oldestAgeMs: null,
    ...given,
  };
}
