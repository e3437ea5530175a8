import { z } from "zod";
import {
  type CounterName,
  counterNames,
  Histogram,
  type HistogramData,
  type HistogramName,
  histogramDataSchema,
  histogramNames,
  quantileOf,
} from "../telemetry/index.ts";
import { kpiSources, offered } from "./board/sources.ts";
import type { KpiScopeKind } from "./catalog/definition.ts";
import { type KpiId, kpiCatalog, kpiIds } from "./catalog.ts";
import type { PastAvailability } from "./kpi-board.ts";
import { type KpiScope, kpiScopeSchema } from "./sample.ts";

/**
 * What happened to one scope in one span of time. Spans of a scope merge into longer ones: counts and histograms add up, so that
 * each KPI of a merged span is the one that all its events give; levels are the last ones.
 */
export const kpiSpanSchema = z.strictObject({
  scope: kpiScopeSchema,
  startEpochMs: z.int(),
  resolutionMs: z.int().min(1_000),
  counts: z.partialRecord(z.enum(counterNames), z.int().min(0)),
  times: z.partialRecord(z.enum(histogramNames), histogramDataSchema),
  /** At the end of the span. */
  levels: z.partialRecord(z.enum(kpiIds), z.number()),
});

export type KpiSpan = {
  readonly scope: KpiScope;
  readonly startEpochMs: number;
  readonly resolutionMs: number;
  readonly counts: Readonly<Partial<Record<CounterName, number>>>;
  readonly times: Readonly<Partial<Record<HistogramName, HistogramData>>>;
  readonly levels: Readonly<Partial<Record<KpiId, number>>>;
};

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/** The resolutions of the history in PostgreSQL, and for how long spans are kept by what they belong to, ms. */
export const spanRetentionMs: Readonly<Record<number, Readonly<Record<KpiScopeKind, number>>>> = {
  [minuteMs]: {
    ...{ all: 30 * dayMs, site: 30 * dayMs, archive: 30 * dayMs, reason: 30 * dayMs },
    ...{ agent: 2 * dayMs, reader: 2 * dayMs },
  },
  [hourMs]: {
    ...{ all: 1_100 * dayMs, site: 1_100 * dayMs, archive: 1_100 * dayMs, reason: 1_100 * dayMs },
    ...{ agent: 90 * dayMs, reader: 90 * dayMs },
  },
};

/** What a scope is of. */
export function scopeKind({ reader, agent, archive, reason, site }: KpiScope): KpiScopeKind {
  if (reader !== undefined) return "reader";
  if (agent !== undefined) return "agent";
  if (archive !== undefined) return "archive";
  if (reason !== undefined) return "reason";
  return site === undefined ? "all" : "site";
}

/** One span from shorter ones of the same scope, in any order; null where there is none. */
export function mergeSpans(
  spans: readonly KpiSpan[],
  startEpochMs: number,
  resolutionMs: number,
): KpiSpan | null {
  const inOrder = spans.toSorted((a, b) => a.startEpochMs - b.startEpochMs);
  const last = inOrder.at(-1);
  if (last === undefined) return null;
  const counts: Partial<Record<CounterName, number>> = {};
  const times = new Map<HistogramName, Histogram>();
  for (const span of inOrder) {
    for (const [name, by] of Object.entries(span.counts) as [CounterName, number][])
      counts[name] = (counts[name] ?? 0) + by;
    for (const [name, data] of Object.entries(span.times) as [HistogramName, HistogramData][]) {
      const sum = times.get(name) ?? new Histogram();
      sum.merge(data);
      times.set(name, sum);
    }
  }
  return {
    ...{ scope: last.scope, startEpochMs, resolutionMs, counts },
    times: Object.fromEntries([...times].map(([name, sum]) => [name, sum.data()])),
    levels: Object.assign({}, ...inOrder.map(({ levels }) => levels)),
  };
}

/** What a KPI was over a span, in its unit; null where nobody knows, or nothing was there to tell it. */
export function figureOf(kpi: KpiId, { counts, times, levels, resolutionMs }: KpiSpan): number | null {
  const source = kpiSources[kpi];
  if (source.is === "counts") return (sumOf(counts, source.counters) * source.perMs) / resolutionMs;
  if (source.is === "share") return source.tell(sumOf(counts, source.bad), sumOf(counts, source.all));
  if (source.is === "reading") return levels[kpi] ?? null;
  const data = times[source.histogram];
  return data === undefined ? null : quantileOf(data, source.share);
}

/** What was offered in a span of all of the installation, and how much of that was not taken then. */
export function availabilityOf({ counts, startEpochMs }: KpiSpan): PastAvailability {
  return { atEpochMs: startEpochMs, bad: sumOf(counts, offered.bad), all: sumOf(counts, offered.all) };
}

/** How often any of these happened in a span. */
export function sumOf(counts: KpiSpan["counts"], names: readonly CounterName[]): number {
  return names.reduce((n, name) => n + (counts[name] ?? 0), 0);
}

/** Whether a KPI is kept for what a scope is of. */
export function isKeptFor(kpi: KpiId, scope: KpiScope): boolean {
  return kpiCatalog[kpi].scopes.includes(scopeKind(scope));
}
