import type { CounterName, HistogramName } from "../../telemetry/index.ts";
import type { KpiScopeKind } from "../catalog/definition.ts";
import { type KpiId, kpiCatalog, kpiIds } from "../catalog.ts";
import type { HeardService } from "../heard.ts";
import type { Quantile } from "./series.ts";
import { kpiSources } from "./sources.ts";

/** A KPI to which a counter adds: as bad, to all, or both. */
export type CountRoute = {
  readonly kpi: KpiId;
  readonly scopes: ReadonlySet<KpiScopeKind>;
  readonly isBad: boolean;
  readonly isOfAll: boolean;
};

/** The quantiles of one timing. */
export type TimeRoute = {
  readonly quantiles: readonly [Quantile, ...Quantile[]];
  readonly scopes: ReadonlySet<KpiScopeKind>;
};

/** By counter, the KPIs to which it adds. */
export const countRoutes: ReadonlyMap<CounterName, readonly CountRoute[]> = routesOfCounts();

/** By histogram, the KPIs that tell of it. */
export const timeRoutes: ReadonlyMap<HistogramName, TimeRoute> = routesOfTimes();

function routesOfCounts(): Map<CounterName, CountRoute[]> {
  const routes = new Map<CounterName, CountRoute[]>();
  for (const kpi of kpiIds) {
    const source = kpiSources[kpi];
    if (source.is !== "counts" && source.is !== "share") continue;
    const [all, bad] = source.is === "counts" ? [source.counters, []] : [source.all, source.bad];
    const scopes = new Set(kpiCatalog[kpi].scopes);
    for (const counter of new Set([...all, ...bad])) {
      const route = { kpi, scopes, isBad: bad.includes(counter), isOfAll: all.includes(counter) };
      routes.set(counter, [...(routes.get(counter) ?? []), route]);
    }
  }
  return routes;
}

function routesOfTimes(): Map<HistogramName, TimeRoute> {
  const routes = new Map<HistogramName, TimeRoute>();
  for (const kpi of kpiIds) {
    const source = kpiSources[kpi];
    if (source.is !== "times") continue;
    const known = routes.get(source.histogram);
    const quantile = { kpi, share: source.share };
    routes.set(
      source.histogram,
      known === undefined
        ? { quantiles: [quantile], scopes: new Set(kpiCatalog[kpi].scopes) }
        : { ...known, quantiles: [...known.quantiles, quantile] },
    );
  }
  return routes;
}

const countedBy: Partial<Record<string, HeardService>> = {
  "tap.ingested": "ingest",
  "tap.refused_at_door": "ingest",
  "tap.turned_away": "ingest",
  "ingest.accept_ms": "ingest",
  "segment.validation_ms": "validation",
  "segment.encryption_ms": "encryption",
  "segment.transfer_ms": "transfer",
  "tap.archived": "transfer",
  "tap.rejected": "transfer",
  "tap.duplicate": "transfer",
  "tap.to_archive_ms": "transfer",
  "archive.written_bytes": "transfer",
  "archive.stored": "transfer",
};

/** The service without which nobody counts what a KPI tells; null where any may. */
export function serviceOf(kpi: KpiId): HeardService | null {
  const source = kpiSources[kpi];
  if (source.is === "reading") return null;
  // What looks back on days is known well enough.
  if ((kpiCatalog[kpi].windowMs ?? 0) > 3_600_000) return null;
  const [first = ""] =
    source.is === "counts" ? source.counters : source.is === "share" ? source.all : [source.histogram];
  return countedBy[first] ?? null;
}
