import type { PrismaClient } from "@tapline/adapters/prisma";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { kpiKeys, saidIn } from "@tapline/adapters/redis";
import { KpiStreams } from "@tapline/adapters/redis/live";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import {
  downsample,
  figureOf,
  historyEdges,
  isKeptFor,
  type KpiHistory,
  type KpiId,
  type KpiLive,
  type KpiScope,
  type KpiSpan,
  kpiCatalog,
  kpiPointSchema,
  kpiSources,
  scopeKey,
  spanOfPoint,
} from "@tapline/core/kpi";
import type { Redis } from "ioredis";
import { fromPostgres, fromRedis } from "../from-stores.ts";

const secondMs = 1_000;
const minuteMs = 60_000;
/** Entry ids carry the time of writing, which is a little after the span that the point tells of. */
const writingDelayMs = 5_000;

export interface HistoryQuery {
  spanMs: number;
  buckets: number;
}

/** What a point of 1 s tells, of all of the installation. */
const keptBySecond: ReadonlySet<KpiId> = new Set<KpiId>([
  ...(["taps.in_per_second", "taps.archived_per_second", "taps.acceptance_ratio"] as const),
  ...(["taps.rejected_per_minute", "taps.duplicates_per_minute"] as const),
  ...(["backlog.taps", "backlog.oldest_ms"] as const),
  ...(["tap.to_archive_p50_ms", "tap.to_archive_p95_ms", "tap.to_archive_p99_ms"] as const),
]);

export interface SeriesQuery {
  kpi: KpiId;
  scope: KpiScope;
  /** 1 s (of all of the installation the last hour, of single scopes 15 min), 1 min or 1 h. */
  resolutionMs: number;
  fromEpochMs: number;
  untilEpochMs: number;
}

export interface KpiSeries {
  unit: string;
  points: { startEpochMs: number; value: number | null }[];
}

/** Reads what the worker's `kpi` role has published: the live picture and the history of both resolutions. */
export class KpiStore {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #spans: KpiSpans;
  readonly #streams: KpiStreams;
  #recent: { key: string; untilEpochMs: number; history: Promise<KpiHistory> } | undefined;

  /** @param redis a connection whose commands fail soon where Redis is away */
  constructor(redis: Redis, prisma: PrismaClient, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
    this.#spans = new KpiSpans(prisma);
    this.#streams = new KpiStreams(redis);
  }

  async live(): Promise<KpiLive | null> {
    return await fromRedis(this.#streams.latest());
  }

  /** Many browsers ask for the same hour within a second: they share one answer. */
  history(query: HistoryQuery): Promise<KpiHistory> {
    const nowEpochMs = this.#clock();
    const key = `${query.spanMs}/${query.buckets}`;
    if (this.#recent?.key === key && nowEpochMs < this.#recent.untilEpochMs) return this.#recent.history;
    const history = this.#readHistory(query, nowEpochMs);
    const recent = { key, untilEpochMs: nowEpochMs + 1000, history };
    this.#recent = recent;
    history.catch(() => {
      if (this.#recent === recent) this.#recent = undefined;
    });
    return history;
  }

  /** @throws TaplineError `invalid-input` where the KPI is not kept for such a scope, or not by the second */
  async series({ kpi, scope, resolutionMs, fromEpochMs, untilEpochMs }: SeriesQuery): Promise<KpiSeries> {
    const { unit, scopes } = kpiCatalog[kpi];
    if (!isKeptFor(kpi, scope))
      throw new TaplineError("invalid-input", `${kpi} is kept for ${scopes.join(", ")}, not for that scope`, {
        remedy: "docs/kpis.md says what each KPI is kept for",
      });
    const spans =
      resolutionMs === secondMs
        ? await this.#seconds(kpi, scope, fromEpochMs, untilEpochMs)
        : await fromPostgres(this.#spans.list(scope, resolutionMs, fromEpochMs, untilEpochMs));
    const points = spans.map((span) => ({ startEpochMs: span.startEpochMs, value: figureOf(kpi, span) }));
    return { unit, points };
  }

  async #seconds(kpi: KpiId, scope: KpiScope, fromEpochMs: number, untilEpochMs: number): Promise<KpiSpan[]> {
    const isWhole = scopeKey(scope) === "";
    if (isWhole ? !keptBySecond.has(kpi) : kpiSources[kpi].is === "reading")
      throw new TaplineError("invalid-input", `${kpi} is not kept by the second for that scope`, {
        remedy: "ask for a resolution of 60000 ms",
      });
    if (!isWhole) return await fromRedis(this.#streams.secondsOf(scope, fromEpochMs, untilEpochMs));
    const entries = await fromRedis(
      this.#redis.xrange(kpiKeys.seconds, fromEpochMs, untilEpochMs + writingDelayMs),
    );
    return entries
      .flatMap((entry) => saidIn(kpiPointSchema, entry) ?? [])
      .filter(({ startEpochMs }) => startEpochMs >= fromEpochMs && startEpochMs < untilEpochMs)
      .map(spanOfPoint);
  }

  async #readHistory(query: HistoryQuery, nowEpochMs: number): Promise<KpiHistory> {
    const window = { nowEpochMs, ...query };
    const { startEpochMs } = historyEdges(window);
    const [entries, minutes] = await Promise.all([
      fromRedis(this.#redis.xrange(kpiKeys.seconds, startEpochMs - writingDelayMs, "+")),
      fromPostgres(this.#spans.list({}, minuteMs, startEpochMs - minuteMs, nowEpochMs)),
    ]);
    const seconds = entries.flatMap((entry) => saidIn(kpiPointSchema, entry) ?? []).map(spanOfPoint);
    return downsample([...seconds, ...minutes], window);
  }
}
