import { type KpiLive, type KpiPoint, kpiPointSchema } from "@tapline/core/kpi";
import type { Redis } from "ioredis";
import { kpiKeys } from "./keys.ts";
import { RoleLease } from "./lease.ts";

const liveKept = 100;
/** A little over the hour that the console shows. */
const secondsKept = 3_700;
const leaseMs = 3_000;

/** Where the one publishing process puts KPIs for the console to read. */
export class KpiStreams {
  readonly lease: RoleLease;
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.lease = new RoleLease(redis, kpiKeys.leader, leaseMs);
  }

  async publish(live: KpiLive): Promise<void> {
    await this.#redis.xadd(kpiKeys.live, "MAXLEN", "~", liveKept, "*", "j", JSON.stringify(live));
  }

  /**
   * Keeps seconds that have ended, and in the same step up to where the telemetry in them was read, so that the
   * next publisher counts every delta once.
   */
  async keepSeconds(points: readonly KpiPoint[], cursor: string): Promise<void> {
    const step = this.#redis.multi().set(kpiKeys.cursor, cursor);
    for (const point of points)
      step.xadd(kpiKeys.seconds, "MAXLEN", "~", secondsKept, "*", "j", JSON.stringify(point));
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
}
