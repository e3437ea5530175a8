import type { RejectReason } from "../tap/index.ts";
import { Histogram } from "../telemetry/index.ts";
import type { KpiPoint } from "./schema.ts";

/** The span of the point that comes out; unit ms. */
export interface MergeSpan {
  startEpochMs: number;
  resolutionMs: number;
}

/**
 * One point from many finer ones of the same span of time, in any order: counts and histograms add up, levels
 * (`backlog`, `oldestAgeMs`) are those of the point that ends last. Without points: a span in which nothing happened.
 */
export function mergePoints(points: readonly KpiPoint[], span: MergeSpan): KpiPoint {
  const latest = points.reduce<KpiPoint | undefined>(
    (last, point) => (last === undefined || endOf(point) >= endOf(last) ? point : last),
    undefined,
  );
  return {
    startEpochMs: span.startEpochMs,
    resolutionMs: span.resolutionMs,
    ingested: sum(points, (point) => point.ingested),
    archived: sum(points, (point) => point.archived),
    duplicates: sum(points, (point) => point.duplicates),
    rejects: mergeRejects(points),
    segments: sum(points, (point) => point.segments),
    archiveBytes: sum(points, (point) => point.archiveBytes),
    tapToArchiveMs: Histogram.from(...points.map((point) => point.tapToArchiveMs)).data(),
    backlog: latest?.backlog ?? 0,
    oldestAgeMs: latest?.oldestAgeMs ?? null,
  };
}

function endOf(point: KpiPoint): number {
  return point.startEpochMs + point.resolutionMs;
}

function sum(points: readonly KpiPoint[], pick: (point: KpiPoint) => number): number {
  return points.reduce((total, point) => total + pick(point), 0);
}

function mergeRejects(points: readonly KpiPoint[]): KpiPoint["rejects"] {
  const merged = new Map<RejectReason, number>();
  for (const point of points) {
    for (const [reason, count] of Object.entries(point.rejects) as [RejectReason, number][]) {
      merged.set(reason, (merged.get(reason) ?? 0) + count);
    }
  }
  return Object.fromEntries(merged);
}
