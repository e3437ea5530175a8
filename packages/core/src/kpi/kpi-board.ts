import type { CounterName, HistogramData, HistogramName, TelemetryDelta } from "../telemetry/index.ts";
import { defaultSite } from "../transfer/index.ts";
import { HeldReadings } from "./board/held-readings.ts";
import {
  type AgentReading,
  type KpiReadings,
  type Level,
  levelsOfFleet,
  levelsOfParts,
} from "./board/readings.ts";
import { countRoutes, serviceOf, type TimeRoute, timeRoutes } from "./board/routes.ts";
import { CountSeries, type Series, seriesKey, TimeSeries } from "./board/series.ts";
import { kpiSources } from "./board/sources.ts";
import { SteadyClock } from "./board/steady-clock.ts";
import type { KpiScopeKind } from "./catalog/definition.ts";
import { type KpiId, kpiIds } from "./catalog.ts";
import { heardServices, heardWithinMs, SignsOfLife } from "./heard.ts";
import { type KpiSample, type KpiScope, scopeKey, unknownOf } from "./sample.ts";

/** Most series of agents and readers at a time: what belongs to further ones is in the figures of their site and of all. */
const maxSeries = 100_000;
const levelsEveryMs = 1_000;

type Named = readonly (readonly [kind: KpiScopeKind, scope: KpiScope])[];

const whole: Named = [["all", {}]];

/** What was counted of taps that were offered, at one time of the past. */
export type PastAvailability = { readonly atEpochMs: number; readonly bad: number; readonly all: number };

/**
 * All KPIs at this moment, from telemetry deltas and readings; tells which have changed. Pure: the clock is handed in, and all
 * times are by it.
 */
export class KpiBoard {
  readonly #clock: SteadyClock;
  readonly #startedAtMs: number;
  readonly #series = new Map<string, Series>();
  readonly #changed = new Set<Series>();
  /** Series by when their figures change by time alone. */
  readonly #ends = new Map<number, Set<Series>>();
  readonly #signs = new SignsOfLife();
  readonly #agents = new Map<string, { readonly site: string; heardAtEpochMs?: number }>();
  readonly #levels = new Map<string, Level>();
  readonly #archives = new Set<string>();
  readonly #readings = new HeldReadings();
  #levelsAtMs = Number.NEGATIVE_INFINITY;
  #silent = "";
  #tellsAll = false;

  constructor(nowEpochMs: number) {
    this.#clock = new SteadyClock(nowEpochMs);
    this.#startedAtMs = nowEpochMs;
    // What all of the installation has is told from the beginning, also where nothing happens.
    for (const kpi of kpiIds) this.#countSeries(kpi, {});
    for (const { quantiles } of timeRoutes.values()) this.#timeSeries(quantiles, {}, "all");
    for (const series of this.#series.values()) this.#changed.add(series);
  }

  /** Takes over what was offered and taken before this board's life, oldest first; before any delta. */
  restoreAvailability(past: readonly PastAvailability[]): void {
    for (const kpi of kpiIds) {
      if (!kpi.startsWith("availability.")) continue;
      const series = this.#countSeries(kpi, {});
      for (const { atEpochMs, bad, all } of past) series?.restore(bad, all, atEpochMs);
      if (series !== null) this.#touch(series);
    }
  }

  /** Notes of a delta what levels come of: who lives, who has delivered, and which archives there are. Counts nothing. */
  hear({ instance, sign, parts }: TelemetryDelta, atEpochMs: number): void {
    if (sign !== undefined) this.#signs.hear(instance, sign, this.#clock.at(atEpochMs));
    if (parts === undefined) return;
    for (const [agent] of parts.readers["tap.ingested"] ?? []) this.#agent(agent).heardAtEpochMs = atEpochMs;
    for (const list of Object.values(parts.archives))
      for (const [archive] of list) this.#archives.add(archive);
  }

  /** Counts a delta, once. */
  add(delta: TelemetryDelta, atEpochMs: number): void {
    this.hear(delta, atEpochMs);
    const nowMs = this.#clock.at(atEpochMs);
    const { counters, histograms, rejects, parts } = delta;
    for (const [name, by] of Object.entries(counters) as [CounterName, number][])
      this.#count(name, by, whole, nowMs);
    for (const [name, data] of Object.entries(histograms) as [HistogramName, HistogramData][])
      this.#time(name, data, whole, nowMs);
    for (const [reason, by] of Object.entries(rejects))
      this.#count("tap.rejected", by, [["reason", { reason }]], nowMs);
    if (parts === undefined) return;
    const { readers, agents, archives, agentTimes } = parts;
    for (const [name, list] of Object.entries(readers) as [CounterName, [string, string, number][]][])
      for (const [agent, reader, by] of list) {
        const scope = { site: this.#agent(agent).site, agent, reader };
        this.#count(name, by, [...this.#scopesOf(agent), ["reader", scope]], nowMs);
      }
    for (const [name, list] of Object.entries(agents) as [CounterName, [string, number][]][])
      for (const [agent, by] of list) this.#count(name, by, this.#scopesOf(agent), nowMs);
    for (const [name, list] of Object.entries(archives) as [CounterName, [string, number][]][])
      for (const [archive, by] of list) this.#count(name, by, [["archive", { archive }]], nowMs);
    for (const [name, list] of Object.entries(agentTimes) as [HistogramName, [string, HistogramData][]][])
      for (const [agent, data] of list) this.#time(name, data, this.#scopesOf(agent), nowMs);
  }

  /** Says where agents stand. One that has moved is another scope from now on; what it did at its old place leaves the windows there. */
  placeAgents(fleet: readonly AgentReading[]): void {
    for (const { agent, site } of fleet) {
      const known = this.#agents.get(agent);
      if (known?.site !== site) this.#agents.set(agent, { ...known, site });
    }
  }

  /** Takes what stores were asked for at that time; parts that are not given stay as they were, for a minute. */
  read(readings: KpiReadings, atEpochMs: number): void {
    this.#readings.take(readings, atEpochMs + this.#clock.aheadMs);
    if (readings.fleet !== undefined) this.placeAgents(readings.fleet);
    this.#levelsAtMs = Number.NEGATIVE_INFINITY;
  }

  /** The clock was set ahead by so much (negative: back): windows stay as they are, who was heard is so as long ago as before, and what stores said of times holds no more. */
  clockWasSet(byMs: number): void {
    this.#clock.clockWasSet(byMs);
    for (const known of this.#agents.values())
      if (known.heardAtEpochMs !== undefined) known.heardAtEpochMs += byMs;
    this.#readings.forget();
    this.#levelsAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Has the next `advance` tell each sample, changed or not, also of what was `asked` for and is silent: to whoever has not heard of them. */
  tellAll(asked: readonly Pick<KpiSample, "kpi" | "scope">[] = []): void {
    for (const { kpi, scope } of asked) this.#countSeries(kpi, scope);
    for (const series of this.#series.values()) this.#changed.add(series);
    this.#tellsAll = true;
    this.#levelsAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Lets time go on to `nowEpochMs`. @returns the samples that have changed since the last call */
  advance(nowEpochMs: number): KpiSample[] {
    const nowMs = this.#clock.at(nowEpochMs);
    for (const [endMs, ending] of this.#ends) {
      if (endMs > nowMs) continue;
      this.#ends.delete(endMs);
      for (const series of ending) {
        series.expire(nowMs);
        this.#changed.add(series);
        this.#noteEnd(series);
      }
    }
    const silent = this.#signs.silent(nowMs);
    if (silent.join() !== this.#silent) {
      this.#silent = silent.join();
      for (const series of this.#series.values()) this.#changed.add(series);
    }
    const unknown = new Set<string | null>(silent);
    const samples: KpiSample[] = [];
    for (const series of this.#changed) {
      const isUnknown = unknown.has(serviceOf(series.kpi));
      for (const sample of series.samples(nowEpochMs)) samples.push(isUnknown ? unknownOf(sample) : sample);
      // One that is unknown has yet to be told when it is known again.
      if (series.nextEndMs === null && !isUnknown && scopeKey(series.scope) !== "")
        this.#series.delete(series.key);
    }
    this.#changed.clear();
    if (Math.abs(nowMs - this.#levelsAtMs) >= levelsEveryMs) {
      this.#levelsAtMs = nowMs;
      samples.push(...this.#readLevels(nowEpochMs, nowMs));
    }
    return samples;
  }

  /** When `advance` has something to tell though nothing was added, by the clock that is handed in. */
  get dueEpochMs(): number {
    let dueMs = this.#levelsAtMs === Number.NEGATIVE_INFINITY ? 0 : this.#levelsAtMs + levelsEveryMs;
    if (this.#changed.size > 0) dueMs = 0;
    for (const endMs of this.#ends.keys()) dueMs = Math.min(dueMs, endMs);
    return dueMs - this.#clock.aheadMs;
  }

  #count(name: CounterName, by: number, scopes: Named, nowMs: number): void {
    for (const { kpi, scopes: kept, isBad, isOfAll } of countRoutes.get(name) ?? [])
      for (const [kind, scope] of scopes) {
        if (!kept.has(kind)) continue;
        const series = this.#countSeries(kpi, scope);
        if (series === null) continue;
        series.add(isBad ? by : 0, isOfAll ? by : 0, nowMs);
        this.#touch(series);
      }
  }

  #time(name: HistogramName, data: HistogramData, scopes: Named, nowMs: number): void {
    const route = timeRoutes.get(name);
    if (route === undefined) return;
    for (const [kind, scope] of scopes) {
      if (!route.scopes.has(kind)) continue;
      const series = this.#timeSeries(route.quantiles, scope, kind);
      if (series === null) continue;
      series.add(data, nowMs);
      this.#touch(series);
    }
  }

  #countSeries(kpi: KpiId, scope: KpiScope): CountSeries | null {
    const source = kpiSources[kpi];
    if (source.is !== "counts" && source.is !== "share") return null;
    const kind = scope.agent === undefined ? "all" : "agent";
    const series = this.#find(seriesKey(kpi, scope), kind, () => new CountSeries(kpi, scope, source));
    return series instanceof CountSeries ? series : null;
  }

  #timeSeries(quantiles: TimeRoute["quantiles"], scope: KpiScope, kind: KpiScopeKind): TimeSeries | null {
    const [{ kpi }] = quantiles;
    const series = this.#find(seriesKey(kpi, scope), kind, () => new TimeSeries(quantiles, scope));
    return series instanceof TimeSeries ? series : null;
  }

  #find(key: string, kind: KpiScopeKind, make: () => Series): Series | null {
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if ((kind === "agent" || kind === "reader") && this.#series.size >= maxSeries) return null;
    const series = make();
    this.#series.set(key, series);
    return series;
  }

  #touch(series: Series): void {
    this.#changed.add(series);
    this.#noteEnd(series);
  }

  #noteEnd(series: Series): void {
    const endMs = series.nextEndMs;
    if (endMs === null) return;
    const ending = this.#ends.get(endMs);
    if (ending === undefined) this.#ends.set(endMs, new Set([series]));
    else ending.add(series);
  }

  #agent(agent: string): { readonly site: string; heardAtEpochMs?: number } {
    let known = this.#agents.get(agent);
    if (known === undefined) {
      known = { site: defaultSite };
      this.#agents.set(agent, known);
    }
    return known;
  }

  #scopesOf(agent: string): Named {
    const { site } = this.#agent(agent);
    return [
      ["site", { site }],
      ["agent", { site, agent }],
    ];
  }

  #readLevels(nowEpochMs: number, nowMs: number): KpiSample[] {
    const readings = this.#readings.at(nowMs);
    const levels = [
      ...levelsOfParts(readings, nowEpochMs),
      ...levelsOfFleet(readings, (agent) => this.#agents.get(agent)?.heardAtEpochMs, nowEpochMs),
      ...this.#ownLevels(nowMs),
    ];
    const seen = new Set<string>();
    const samples: KpiSample[] = [];
    for (const level of levels) {
      const key = seriesKey(level.kpi, level.scope);
      seen.add(key);
      if (!this.#tellsAll && this.#levels.get(key)?.value === level.value) continue;
      this.#levels.set(key, level);
      samples.push({ ...level, atEpochMs: nowEpochMs });
    }
    this.#tellsAll = false;
    // Who is not told of any more is not known any more.
    for (const [key, { kpi, scope }] of this.#levels) {
      if (seen.has(key)) continue;
      this.#levels.delete(key);
      samples.push({ kpi, scope, value: null, atEpochMs: nowEpochMs });
    }
    return samples;
  }

  #ownLevels(nowMs: number): Level[] {
    const silent = this.#signs.silent(nowMs);
    const isNew = nowMs - this.#startedAtMs < heardWithinMs;
    const awayMs = new Map([...this.#archives].map((archive) => [archive, 0]));
    for (const { archive, sinceEpochMs } of this.#signs.away(nowMs)) {
      this.#archives.add(archive);
      awayMs.set(archive, Math.max(0, nowMs - sinceEpochMs));
    }
    const isHeard = silent.length < heardServices.length;
    const known = (ms: number): number | null => (isHeard ? ms : null);
    return [
      { kpi: "services.silent", scope: {}, value: isNew && silent.length > 0 ? null : silent.length },
      { kpi: "archive.away_ms", scope: {}, value: known(Math.max(0, ...awayMs.values())) },
      ...[...awayMs].map(([archive, ms]) => ({
        kpi: "archive.away_ms" as const,
        scope: { archive },
        value: known(ms),
      })),
    ];
  }
}
