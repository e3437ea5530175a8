import type { CounterName, HistogramName } from "../telemetry/index.ts";
import { CountSeries } from "./board/series.ts";
import { kpiSources } from "./board/sources.ts";
import { type KpiId, kpiCatalog } from "./catalog.ts";
import { happened, type KpiSample, type KpiScope } from "./sample.ts";
import { figureOf, type KpiSpan, sumOf } from "./spans.ts";

/** What a span has to hold for one KPI to be told from it. */
export type FigureParts = { readonly counters: readonly CounterName[]; readonly times: HistogramName | null };

/** Which counters and timing a KPI is told from; none of a reading, which spans hold as a level. */
export function figureParts(kpi: KpiId): FigureParts {
  const source = kpiSources[kpi];
  if (source.is === "counts") return { counters: source.counters, times: null };
  if (source.is === "share") return { counters: [...new Set([...source.all, ...source.bad])], times: null };
  return { counters: [], times: source.is === "times" ? source.histogram : null };
}

/** One KPI of one scope, told from spans that follow each other as the board tells it at the end of each. */
export class SpanSeries {
  readonly scope: KpiScope;
  readonly #kpi: KpiId;
  readonly #series: CountSeries | null;
  readonly #resolutionMs: number;

  /** @param resolutionMs how long each span is; a shorter window than that counts as so long */
  constructor(kpi: KpiId, scope: KpiScope, resolutionMs: number) {
    const source = kpiSources[kpi];
    const counts = source.is === "counts" || source.is === "share" ? source : null;
    const isLonger = (kpiCatalog[kpi].windowMs ?? 0) > resolutionMs;
    this.#kpi = kpi;
    this.scope = scope;
    this.#resolutionMs = resolutionMs;
    this.#series = counts !== null && isLonger ? new CountSeries(kpi, scope, counts) : null;
  }

  /** @param span null: nothing happened to the scope in it @returns how the KPI stands at the span's end */
  take(span: KpiSpan | null, startEpochMs: number): KpiSample {
    const endEpochMs = startEpochMs + this.#resolutionMs;
    const nothing = { counts: {}, times: {}, levels: {}, resolutionMs: this.#resolutionMs, startEpochMs };
    const told = span ?? { ...nothing, scope: this.scope };
    const sample = { kpi: this.#kpi, scope: this.scope, atEpochMs: endEpochMs };
    if (this.#series === null) {
      const value = figureOf(this.#kpi, told);
      return { ...sample, ...(kpiSources[this.#kpi].is === "reading" ? { value } : happened(value)) };
    }
    const { bad, all } = countsOf(this.#kpi, told);
    this.#series.expire(endEpochMs);
    // Just before the end: what happened in it is in the window then, whole.
    if (all > 0 || bad > 0) this.#series.add(bad, all, endEpochMs - 1);
    const [last] = this.#series.samples(endEpochMs);
    return last ?? { ...sample, value: null };
  }
}

function countsOf(kpi: KpiId, { counts }: KpiSpan): { readonly bad: number; readonly all: number } {
  const source = kpiSources[kpi];
  if (source.is === "counts") return { bad: 0, all: sumOf(counts, source.counters) };
  if (source.is !== "share") return { bad: 0, all: 0 };
  return { bad: sumOf(counts, source.bad), all: sumOf(counts, source.all) };
}
