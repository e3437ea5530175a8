import type { HistogramData } from "../../telemetry/index.ts";
import { type KpiId, kpiCatalog } from "../catalog.ts";
import { happened, type KpiSample, type KpiScope, scopeKey } from "../sample.ts";
import { SlidingSums, SlidingTimes } from "./sliding.ts";
import type { KpiSource } from "./sources.ts";

/** The figures that one scope has by one source within one window. */
export interface Series {
  readonly scope: KpiScope;
  readonly key: string;
  /** The KPI, or the first of those that come from one timing. */
  readonly kpi: KpiId;
  /** When its figures change by time alone; null = not at all, and it holds nothing. */
  readonly nextEndMs: number | null;
  expire(nowMs: number): void;
  /** Its samples now. */
  samples(atEpochMs: number): KpiSample[];
}

/** The name of a series among all. */
export const seriesKey = (kpi: KpiId, scope: KpiScope): string => `${kpi} ${scopeKey(scope)}`;

/** A KPI of counts within its window. */
export class CountSeries implements Series {
  readonly scope: KpiScope;
  readonly key: string;
  readonly kpi: KpiId;
  readonly #source: Extract<KpiSource, { is: "counts" | "share" }>;
  readonly #windowMs: number;
  readonly #sums: SlidingSums;
  #freshBad = 0;
  #freshAll = 0;

  constructor(kpi: KpiId, scope: KpiScope, source: Extract<KpiSource, { is: "counts" | "share" }>) {
    this.kpi = kpi;
    this.scope = scope;
    this.key = seriesKey(kpi, scope);
    this.#source = source;
    this.#windowMs = kpiCatalog[kpi].windowMs ?? 0;
    this.#sums = new SlidingSums(this.#windowMs);
  }

  get nextEndMs(): number | null {
    return this.#sums.nextEndMs;
  }

  add(bad: number, all: number, nowMs: number): void {
    this.#sums.add(bad, all, nowMs);
    this.#freshBad += bad;
    this.#freshAll += all;
  }

  /** Adds what an earlier life of the board has given out. */
  restore(bad: number, all: number, atMs: number): void {
    this.#sums.add(bad, all, atMs);
  }

  expire(nowMs: number): void {
    this.#sums.expire(nowMs);
  }

  samples(atEpochMs: number): KpiSample[] {
    const { kpi } = this;
    const { bad, all } = this.#sums;
    const sample = { kpi, scope: this.scope, atEpochMs };
    if (this.#source.is === "counts")
      return [{ ...sample, value: (all * this.#source.perMs) / this.#windowMs }];
    const events = { good: Math.max(0, this.#freshAll - this.#freshBad), total: this.#freshAll };
    this.#freshBad = 0;
    this.#freshAll = 0;
    const told = { ...sample, ...happened(this.#source.tell(bad, all)) };
    return [kpiCatalog[kpi].kind === "ratio" ? { ...told, events } : told];
  }
}

/** The quantiles of one timing within its window. */
export class TimeSeries implements Series {
  readonly scope: KpiScope;
  readonly key: string;
  readonly kpi: KpiId;
  readonly #quantiles: readonly Quantile[];
  readonly #times: SlidingTimes;

  constructor(quantiles: readonly [Quantile, ...Quantile[]], scope: KpiScope) {
    const [first] = quantiles;
    this.kpi = first.kpi;
    this.#quantiles = quantiles;
    this.scope = scope;
    this.key = seriesKey(first.kpi, scope);
    this.#times = new SlidingTimes(kpiCatalog[first.kpi].windowMs ?? 0);
  }

  get nextEndMs(): number | null {
    return this.#times.nextEndMs;
  }

  add(data: HistogramData, nowMs: number): void {
    this.#times.add(data, nowMs);
  }

  expire(nowMs: number): void {
    this.#times.expire(nowMs);
  }

  samples(atEpochMs: number): KpiSample[] {
    return this.#quantiles.map(({ kpi, share }) => ({
      kpi,
      scope: this.scope,
      atEpochMs,
      ...happened(this.#times.quantile(share)),
    }));
  }
}

export type Quantile = { readonly kpi: KpiId; readonly share: number };
