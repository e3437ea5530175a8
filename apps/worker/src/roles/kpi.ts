import { randomUUID } from "node:crypto";
import type { KpiHistory, RestoreDrills } from "@tapline/adapters/prisma";
import type { KpiStreams, SegmentBuffer, TelemetryStream } from "@tapline/adapters/redis";
import { type KpiLive, type KpiPoint, KpiWindow, mergePoints, type RestoreStanding } from "@tapline/core/kpi";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type KpiParts = {
  readonly telemetry: TelemetryStream;
  readonly streams: KpiStreams;
  readonly history: KpiHistory;
  readonly drills: Pick<RestoreDrills, "standing">;
  readonly buffer: SegmentBuffer;
  readonly clock: () => number;
  readonly onLive: (live: KpiLive) => void;
  readonly log: Logger;
};

const tickMs = 250;
const restTickMs = 1_000;
const standingEveryMs = 10_000;
const secondMs = 1_000;
const minuteMs = 60_000;

/** A change of publishers, lease and restart included, takes no longer. */
const longestHandoverMs = 20_000;

/**
 * The KPI service. Any number may run; the one that holds the lease publishes: a live picture four times a second
 * while something happens, a point each second, a rollup each minute.
 */
export function startKpi(parts: KpiParts): Role {
  const holder = randomUUID();
  let publisher: Publisher | null = null;
  const loop = repeat(
    async () => {
      if (!(await parts.streams.lease.lead(holder))) {
        publisher = null;
        return tickMs * 4;
      }
      publisher ??= await Publisher.begin(parts);
      await publisher.tick();
      return tickMs;
    },
    (error) => parts.log.error({ err: error }, "publishing KPIs failed"),
  );
  return {
    stop: async () => {
      await loop.stop();
      await publisher?.tick();
      await parts.streams.lease.resign(holder);
    },
  };
}

/** One life of the publishing process. */
class Publisher {
  readonly #parts: KpiParts;
  readonly #window: KpiWindow;
  readonly #stream = randomUUID();
  #minute: KpiPoint[];
  #cursor: string;
  #seq = 0;
  #publishedAtEpochMs = 0;
  #lastBacklog = -1;
  #restore: RestoreStanding = {
    ...{ provenAtEpochMs: null, firstArchivedAtEpochMs: null, everyMs: null, readBack: [] },
  };
  #restoreReadAtEpochMs = Number.NEGATIVE_INFINITY;

  private constructor(parts: KpiParts, window: KpiWindow, minute: KpiPoint[], cursor: string) {
    this.#parts = parts;
    this.#window = window;
    this.#minute = minute;
    this.#cursor = cursor;
  }

  /**
   * Goes on where the last publisher stopped: totals from PostgreSQL, and the seconds since from Redis. What was
   * reported in between is read from the cursor on, into its own seconds.
   */
  static async begin(parts: KpiParts): Promise<Publisher> {
    const nowEpochMs = parts.clock();
    const cursor = await parts.streams.cursor();
    const kept = await parts.history.totals();
    const since = await parts.streams.secondsSince(kept?.untilEpochMs ?? 0);
    const recent = await parts.streams.secondsSince(nowEpochMs - minuteMs);
    const sum = mergePoints(since, { startEpochMs: 0, resolutionMs: minuteMs });
    const totals = {
      ingested: 0,
      archived: (kept?.totals.archived ?? 0) + sum.archived,
      duplicates: (kept?.totals.duplicates ?? 0) + sum.duplicates,
      rejected: (kept?.totals.rejected ?? 0) + rejectsOf(sum),
      segments: (kept?.totals.segments ?? 0) + sum.segments,
    };
    const lastEndEpochMs = (recent.at(-1)?.startEpochMs ?? Number.NEGATIVE_INFINITY) + secondMs;
    const [waiting] = await parts.telemetry.read(cursor);
    // A short change of publishers leaves no gap; a long stop is one, and begins where the first report waits.
    const startEpochMs =
      nowEpochMs - lastEndEpochMs <= longestHandoverMs ? lastEndEpochMs : (waiting?.atEpochMs ?? nowEpochMs);
    const window = new KpiWindow(Math.min(startEpochMs, nowEpochMs), totals, recent);
    const openMinute = Math.floor(nowEpochMs / minuteMs) * minuteMs;
    const publisher = new Publisher(parts, window, since, cursor);
    if (since.some((point) => point.startEpochMs < openMinute)) await publisher.#keepMinutes(openMinute);
    return publisher;
  }

  async tick(): Promise<void> {
    const { telemetry, buffer, streams, clock, onLive } = this.#parts;
    const [reported, backlog] = await Promise.all([telemetry.read(this.#cursor), buffer.backlog()]);
    const nowEpochMs = clock();
    this.#window.readBacklog(backlog);
    for (const { entry, atEpochMs, delta } of reported) {
      await this.#close(Math.min(atEpochMs, nowEpochMs));
      this.#window.add(delta, atEpochMs);
      this.#cursor = entry;
    }
    await this.#close(nowEpochMs);
    const restless = reported.length > 0 || backlog.taps !== this.#lastBacklog;
    if (!restless && nowEpochMs - this.#publishedAtEpochMs < restTickMs) return;
    this.#lastBacklog = backlog.taps;
    this.#publishedAtEpochMs = nowEpochMs;
    this.#seq++;
    await this.#readRestore(nowEpochMs);
    const live = this.#window.live(nowEpochMs, this.#stream, this.#seq, this.#restore);
    await streams.publish(live);
    onLive(live);
  }

  /** Drills come hours apart. A database that is away must not hold up the live picture: the last reading stands. */
  async #readRestore(nowEpochMs: number): Promise<void> {
    if (Math.abs(nowEpochMs - this.#restoreReadAtEpochMs) < standingEveryMs) return;
    this.#restoreReadAtEpochMs = nowEpochMs;
    this.#restore = await this.#parts.drills.standing(nowEpochMs).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, "the standing of restores cannot be looked up");
      return this.#restore;
    });
  }

  async #close(nowEpochMs: number): Promise<void> {
    const points = this.#window.closeSeconds(nowEpochMs);
    if (points.length === 0) return;
    await this.#parts.streams.keepSeconds(points, this.#cursor);
    this.#minute.push(...points);
    const openMinute = Math.floor(nowEpochMs / minuteMs) * minuteMs;
    if (this.#minute.some((point) => point.startEpochMs < openMinute)) await this.#keepMinutes(openMinute);
  }

  /** Writes the minutes that ended before `openMinute`; totals stand for all that was counted up to then. */
  async #keepMinutes(openMinute: number): Promise<void> {
    const rest = this.#minute.filter((point) => point.startEpochMs >= openMinute);
    const ended = Map.groupBy(
      this.#minute.filter((point) => point.startEpochMs < openMinute),
      (point) => Math.floor(point.startEpochMs / minuteMs) * minuteMs,
    );
    const open = mergePoints(rest, { startEpochMs: openMinute, resolutionMs: minuteMs });
    const { totals: now } = this.#window;
    const totals = {
      ...now,
      archived: now.archived - open.archived,
      duplicates: now.duplicates - open.duplicates,
      rejected: now.rejected - rejectsOf(open),
      segments: now.segments - open.segments,
    };
    for (const [startEpochMs, points] of ended)
      await this.#parts.history.keepMinute(
        mergePoints(points, { startEpochMs, resolutionMs: minuteMs }),
        totals,
      );
    this.#minute = rest;
  }
}

function rejectsOf(point: KpiPoint): number {
  return Object.values(point.rejects).reduce((sum, count) => sum + count, 0);
}
