import {
  type KpiLive,
  type KpiPoint,
  type KpiScope,
  type KpiSpan,
  kpiLiveSchema,
  kpiPointSchema,
  packSecond,
  scopeKey,
  unpackSecond,
} from "@tapline/core/kpi";
import type { Redis } from "ioredis";
import { kpiKeys } from "../keys.ts";
import { RoleLease } from "../lease.ts";
import { entriesAfter, newestEntry, saidIn } from "../stream-entries.ts";

const liveKept = 100;
/** A little over the hour that the console shows. */
const secondsKept = 3_700;
const leaseMs = 3_000;
/** What single scopes did in a second is kept for so long, ms. */
const scopesKeptMs = 900_000;
const secondMs = 1_000;

/** A picture as it stands in the stream; null where it cannot be read, such as that of a newer version. */
export type HeardPicture = { readonly entry: string; readonly live: KpiLive | null };

/** Where the one publishing process puts KPIs for the console to read. */
export class KpiStreams {
  readonly lease: RoleLease;
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.lease = new RoleLease(redis, kpiKeys.leader, leaseMs);
  }

  /** The entry up to which there are pictures; "0-0" where there is none. */
  async newest(): Promise<string> {
    return (await newestEntry(this.#redis, kpiKeys.live))?.[0] ?? "0-0";
  }

  /** The newest picture; null where there is none, or it cannot be read. */
  async latest(): Promise<KpiLive | null> {
    const newest = await newestEntry(this.#redis, kpiKeys.live);
    return newest === null ? null : saidIn(kpiLiveSchema, newest);
  }

  /**
   * Live pictures after entry `after`, oldest first; waits for them up to `blockMs`.
   * @param connection one of its own, since the wait blocks it
   */
  async follow(connection: Redis, after: string, blockMs: number): Promise<HeardPicture[]> {
    const entries = await entriesAfter(connection, kpiKeys.live, after, { most: liveKept, blockMs });
    return entries.map((entry) => ({ entry: entry[0], live: saidIn(kpiLiveSchema, entry) }));
  }

  async publish(live: KpiLive): Promise<void> {
    await this.#redis.xadd(kpiKeys.live, "MAXLEN", "~", liveKept, "*", "j", JSON.stringify(live));
  }

  /**
   * Keeps seconds that have ended, and in the same step up to where the telemetry in them was read, so that the
   * next publisher counts every delta once.
   * @param scoped what happened in the first of them to single scopes; as much of it is kept as there is room for
   */
  async keepSeconds(points: readonly KpiPoint[], cursor: string, scoped: readonly KpiSpan[]): Promise<void> {
    const step = this.#redis.multi().set(kpiKeys.cursor, cursor);
    for (const point of points)
      step.xadd(kpiKeys.seconds, "MAXLEN", "~", secondsKept, "*", "j", JSON.stringify(point));
    const [first] = points;
    const packed = packSecond(scoped);
    if (first !== undefined && packed.size > 0) {
      const key = kpiKeys.second(first.startEpochMs);
      step.hset(key, packed).pexpire(key, scopesKeptMs);
    }
    await step.exec();
  }

  /** Up to where telemetry stands in the seconds kept; "0" before the first. */
  async cursor(): Promise<string> {
    return (await this.#redis.get(kpiKeys.cursor)) ?? "0";
  }

  /** Points of 1 s that begin at or after `fromEpochMs`, oldest first. */
  async secondsSince(fromEpochMs: number): Promise<KpiPoint[]> {
    // Entries are written when their second has ended, so their ids lie behind their start.
    const rows = await this.#redis.xrange(kpiKeys.seconds, String(fromEpochMs), "+");
    return rows
      .map(([, fields]) => kpiPointSchema.parse(JSON.parse(fields[1] ?? "")))
      .filter((point) => point.startEpochMs >= fromEpochMs);
  }

  /** What happened to one scope, second by second, oldest first; seconds in which nothing did, or which are kept no more, are left out. */
  async secondsOf(scope: KpiScope, fromEpochMs: number, untilEpochMs: number): Promise<KpiSpan[]> {
    const key = scopeKey(scope);
    const starts: number[] = [];
    for (let at = Math.ceil(fromEpochMs / secondMs) * secondMs; at < untilEpochMs; at += secondMs)
      starts.push(at);
    const reading = this.#redis.pipeline();
    for (const start of starts) reading.hget(kpiKeys.second(start), key);
    const answers = (await reading.exec()) ?? [];
    return starts.flatMap((start, index) => {
      const [error, text] = answers[index] ?? [];
      if (error != null) throw error;
      return typeof text === "string" ? (unpackSecond(text, scope, start) ?? []) : [];
    });
  }
}
