import type { PrismaClient } from "@tapline/adapters/prisma";
import { kpiKeys } from "@tapline/adapters/redis";
import type { Clock } from "@tapline/core/kernel";
import {
  downsample,
  historyEdges,
  type KpiHistory,
  type KpiLive,
  type KpiPoint,
  kpiLiveSchema,
  kpiPointSchema,
} from "@tapline/core/kpi";
import type { Redis } from "ioredis";
import type { z } from "zod";
import { fromPostgres, fromRedis } from "../from-stores.ts";

const minuteMs = 60_000;
/** Entry ids carry the time of writing, which is a little after the span that the point tells of. */
const writingDelayMs = 5_000;

export interface HistoryQuery {
  spanMs: number;
  buckets: number;
}

/** Reads what the worker's `kpi` role has published: the live picture and the history of both resolutions. */
export class KpiStore {
  readonly #redis: Redis;
  readonly #prisma: PrismaClient;
  readonly #clock: Clock;
  #recent: { key: string; untilEpochMs: number; history: Promise<KpiHistory> } | undefined;

  /** @param redis a connection whose commands fail soon where Redis is away */
  constructor(redis: Redis, prisma: PrismaClient, clock: Clock) {
    this.#redis = redis;
    this.#prisma = prisma;
    this.#clock = clock;
  }

  async live(): Promise<KpiLive | null> {
    const [newest] = await fromRedis(this.#redis.xrevrange(kpiKeys.live, "+", "-", "COUNT", 1));
    return newest === undefined ? null : parseEntry(kpiLiveSchema, newest);
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

  async #readHistory(query: HistoryQuery, nowEpochMs: number): Promise<KpiHistory> {
    const window = { nowEpochMs, ...query };
    const { startEpochMs } = historyEdges(window);
    const [entries, rows] = await Promise.all([
      fromRedis(this.#redis.xrange(kpiKeys.seconds, startEpochMs - writingDelayMs, "+")),
      fromPostgres(
        this.#prisma.kpiRollup.findMany({
          where: { resolutionMs: minuteMs, start: { gte: new Date(startEpochMs - minuteMs) } },
          orderBy: { start: "asc" },
        }),
      ),
    ]);
    const seconds = entries
      .map((entry) => parseEntry(kpiPointSchema, entry))
      .filter((point) => point !== null);
    const minutes = rows.flatMap((row) => kpiPointSchema.safeParse(row.point).data ?? []);
    return downsample([...seconds, ...minutes] satisfies KpiPoint[], window);
  }
}

/** The value in field `j` of a stream entry; `null` where it is not what we expect: never a guessed number. */
export function parseEntry<T>(schema: z.ZodType<T>, [, fields]: [id: string, fields: string[]]): T | null {
  const at = fields.indexOf("j");
  const json = fields[at + 1];
  if (at < 0 || json === undefined) return null;
  try {
    return schema.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
