import type { CounterName, HistogramData, HistogramName, TelemetryDelta } from "../telemetry/index.ts";
import { Histogram } from "../telemetry/index.ts";
import type { KpiScopeKind } from "./catalog/definition.ts";
import type { KpiId } from "./catalog.ts";
import { type KpiSample, type KpiScope, scopeKey } from "./sample.ts";
import { type KpiSpan, scopeKind } from "./spans.ts";

/** Most readers and agents of one span: what belongs to further ones is in the spans of their sites and of all. */
const maxNarrowScopes = 20_000;

type Open = {
  readonly scope: KpiScope;
  readonly counts: Map<CounterName, number>;
  readonly times: Map<HistogramName, Histogram>;
};

/** Whether history has a level of what is of that kind: of one agent it has the clock, where it brought something. */
export function isLevelKept(kpi: KpiId, kind: KpiScopeKind): boolean {
  return (kind !== "agent" && kind !== "reader") || kpi === "agents.clock_skew_ms";
}

/** Adds deltas up to one span for each scope that they tell of. */
export class SpanCollector {
  readonly #siteOf: (agent: string) => string;
  #open = new Map<string, Open>();
  #narrow = 0;

  constructor(siteOf: (agent: string) => string) {
    this.#siteOf = siteOf;
  }

  add({ counters, histograms, rejects, parts }: TelemetryDelta): void {
    // Also a time in which processes live and nothing happens is known.
    this.#of({});
    for (const [name, by] of Object.entries(counters) as [CounterName, number][]) this.#count({}, name, by);
    for (const [name, data] of Object.entries(histograms) as [HistogramName, HistogramData][])
      this.#time({}, name, data);
    for (const [reason, by] of Object.entries(rejects)) this.#count({ reason }, "tap.rejected", by);
    if (parts === undefined) return;
    const { readers, agents, archives, agentTimes } = parts;
    for (const [name, list] of Object.entries(readers) as [CounterName, [string, string, number][]][])
      for (const [agent, reader, by] of list) {
        this.#countAgent(agent, name, by);
        this.#count({ site: this.#siteOf(agent), agent, reader }, name, by);
      }
    for (const [name, list] of Object.entries(agents) as [CounterName, [string, number][]][])
      for (const [agent, by] of list) this.#countAgent(agent, name, by);
    for (const [name, list] of Object.entries(archives) as [CounterName, [string, number][]][])
      for (const [archive, by] of list) this.#count({ archive }, name, by);
    for (const [name, list] of Object.entries(agentTimes) as [HistogramName, [string, HistogramData][]][])
      for (const [agent, data] of list) {
        const site = this.#siteOf(agent);
        this.#time({ site }, name, data);
        this.#time({ site, agent }, name, data);
      }
  }

  /**
   * All that was added since the last call.
   * @param levels samples of levels and ages at the end of the span; of one agent its clock is kept, where it brought something
   */
  take(startEpochMs: number, resolutionMs: number, levels: Iterable<KpiSample>): KpiSpan[] {
    const byScope = new Map<string, Record<string, number>>();
    for (const { kpi, scope, value } of levels) {
      if (value === null) continue;
      const key = scopeKey(scope);
      if (scope.agent === undefined) this.#of(scope);
      else if (!isLevelKept(kpi, scopeKind(scope)) || !this.#open.has(key)) continue;
      byScope.set(key, { ...byScope.get(key), [kpi]: value });
    }
    const spans = [...this.#open].map(([key, { scope, counts, times }]) => ({
      ...{ scope, startEpochMs, resolutionMs },
      counts: Object.fromEntries(counts),
      times: Object.fromEntries([...times].map(([name, histogram]) => [name, histogram.data()])),
      levels: byScope.get(key) ?? {},
    }));
    this.#open = new Map();
    this.#narrow = 0;
    return spans;
  }

  #countAgent(agent: string, name: CounterName, by: number): void {
    const site = this.#siteOf(agent);
    this.#count({ site }, name, by);
    this.#count({ site, agent }, name, by);
  }

  #count(scope: KpiScope, name: CounterName, by: number): void {
    const counts = this.#of(scope)?.counts;
    counts?.set(name, (counts.get(name) ?? 0) + by);
  }

  #time(scope: KpiScope, name: HistogramName, data: HistogramData): void {
    const open = this.#of(scope);
    if (open === null) return;
    const histogram = open.times.get(name) ?? new Histogram();
    histogram.merge(data);
    open.times.set(name, histogram);
  }

  #of(scope: KpiScope): Open | null {
    const key = scopeKey(scope);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const kind = scopeKind(scope);
    if (kind === "agent" || kind === "reader") {
      if (this.#narrow >= maxNarrowScopes) return null;
      this.#narrow++;
    }
    const open: Open = { scope, counts: new Map(), times: new Map() };
    this.#open.set(key, open);
    return open;
  }
}
