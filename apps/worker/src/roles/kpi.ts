import { randomUUID } from "node:crypto";
import type { RestoreDrills } from "@tapline/adapters/prisma";
import type { KpiTotalsBook } from "@tapline/adapters/prisma/kpi";
import type { ReportedDelta, SegmentBuffer, TelemetryStream } from "@tapline/adapters/redis";
import type { KpiStreams } from "@tapline/adapters/redis/live";
import {
  type BacklogReading,
  type KpiLive,
  type KpiPoint,
  KpiWindow,
  mergePoints,
  type RestoreStanding,
  SpanCollector,
} from "@tapline/core/kpi";
import type { TelemetryDelta } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { AgentSites } from "./agent-sites.ts";
import { HeldLease } from "./held-lease.ts";
import { type Role, repeat } from "./role.ts";

export type KpiParts = {
  readonly telemetry: Pick<TelemetryStream, "read">;
  /** A connection to Redis, and what waits for telemetry on it: it is blocked by the waiting. */
  readonly connect: () => Redis;
  readonly telemetryOn: (connection: Redis) => Pick<TelemetryStream, "next">;
  readonly backlogOn: (connection: Redis) => Pick<SegmentBuffer, "backlog">;
  readonly streams: KpiStreams;
  readonly totals: Pick<KpiTotalsBook, "keep" | "last">;
  readonly drills: Pick<RestoreDrills, "standing">;
  readonly buffer: Pick<SegmentBuffer, "backlog">;
  readonly sites: AgentSites;
  readonly clock: () => number;
  readonly onLive: (live: KpiLive) => void;
  readonly log: Logger;
};

/** Who does not hold the lease asks for it so often. */
const waitMs = 1_000;
/** Pictures are so far apart: at most 10 a second. Nearly all that this service costs is by picture, and people read no faster. */
const coalesceMs = 100;
/** What time alone changes is told so often. */
const restTickMs = 1_000;
const standingEveryMs = 10_000;
const secondMs = 1_000;
const minuteMs = 60_000;

/** A change of publishers, lease and restart included, takes no longer. */
const longestHandoverMs = 20_000;

/**
 * The KPI service. Any number may run; the one that holds the lease publishes: a live picture as something happens, 10 times a
 * second at most, a point each second, the totals each minute.
 */
export function startKpi(parts: KpiParts): Role {
  const lease = new HeldLease(parts.streams.lease);
  const connection = parts.connect();
  const [telemetry, buffer] = [parts.telemetryOn(connection), parts.backlogOn(connection)];
  let publisher: Publisher | null = null;
  const loop = repeat(
    async () => {
      if (publisher === null && !(await lease.lead())) return waitMs;
      publisher ??= await Publisher.begin(parts);
      // Asked in one go, and answered so: what the buffer holds once something was reported.
      const [reported, backlog] = await Promise.all([
        telemetry.next(publisher.cursor, publisher.restsMs()),
        buffer.backlog(),
      ]);
      // It may have waited for longer than the lease holds.
      if (!(await lease.lead())) {
        publisher = null;
        return waitMs;
      }
      return (await publisher.take(reported, backlog)) ? coalesceMs : 0;
    },
    (error) => parts.log.error({ err: error }, "publishing KPIs failed"),
  );
  return {
    stop: async () => {
      const ended = loop.stop();
      connection.disconnect();
      await ended;
      if (publisher !== null) await publisher.takeRest();
      await lease.resign();
    },
  };
}

/** Whether a delta says more than that a process lives. */
function isNews({ counters, histograms }: TelemetryDelta): boolean {
  return Object.keys(counters).length > 0 || Object.keys(histograms).length > 0;
}

/** One life of the publishing process. */
class Publisher {
  readonly #parts: KpiParts;
  readonly #window: KpiWindow;
  readonly #stream = randomUUID();
  /** Seconds that are not in the totals kept. */
  #unkept: KpiPoint[];
  /** The entry of the telemetry stream up to which all is counted. */
  cursor: string;
  readonly #scoped: SpanCollector;
  #seq = 0;
  #publishedAtEpochMs = 0;
  #lastBacklog = -1;
  #lastAway = "";
  #restore: RestoreStanding = {
    ...{ provenAtEpochMs: null, firstArchivedAtEpochMs: null, everyMs: null, readBack: [] },
  };
  #restoreReadAtEpochMs = Number.NEGATIVE_INFINITY;

  private constructor(parts: KpiParts, window: KpiWindow, unkept: KpiPoint[], cursor: string) {
    this.#parts = parts;
    this.#window = window;
    this.#unkept = unkept;
    this.cursor = cursor;
    this.#scoped = new SpanCollector((agent) => parts.sites.of(agent));
  }

  /**
   * Goes on where the last publisher stopped: totals from PostgreSQL, and the seconds since from Redis. What was
   * reported in between is read from the cursor on, into its own seconds.
   */
  static async begin(parts: KpiParts): Promise<Publisher> {
    const nowEpochMs = parts.clock();
    await parts.sites.look();
    const cursor = await parts.streams.cursor();
    const kept = await parts.totals.last();
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
    const [waiting] = (await parts.telemetry.read(cursor)).reported;
    // A short change of publishers leaves no gap; a long stop is one, and begins where the first report waits.
    const startEpochMs =
      nowEpochMs - lastEndEpochMs <= longestHandoverMs ? lastEndEpochMs : (waiting?.atEpochMs ?? nowEpochMs);
    const window = new KpiWindow(Math.min(startEpochMs, nowEpochMs), totals, recent);
    const publisher = new Publisher(parts, window, since, cursor);
    await publisher.#keepTotals(nowEpochMs);
    return publisher;
  }

  /** How long time alone changes nothing that is told or kept, ms. */
  restsMs(): number {
    const nowEpochMs = this.#parts.clock();
    const secondEndsMs = secondMs - (nowEpochMs % secondMs);
    const restEndsMs = this.#publishedAtEpochMs + restTickMs - nowEpochMs;
    return Math.max(1, Math.min(secondEndsMs, restEndsMs));
  }

  /** Counts what was reported up to now. */
  async takeRest(): Promise<void> {
    const { telemetry, buffer } = this.#parts;
    const [{ reported }, backlog] = await Promise.all([telemetry.read(this.cursor), buffer.backlog()]);
    await this.take(reported, backlog);
  }

  /** Counts what was reported, and tells what changed by it or by time. @returns whether it published */
  async take(reported: readonly ReportedDelta[], backlog: BacklogReading): Promise<boolean> {
    const { streams, clock, onLive } = this.#parts;
    const nowEpochMs = clock();
    this.#window.readBacklog(backlog);
    for (const { entry, atEpochMs, delta } of reported) {
      await this.#close(Math.min(atEpochMs, nowEpochMs));
      this.#window.add(delta, atEpochMs);
      this.#scoped.add(delta);
      this.cursor = entry;
    }
    await this.#close(nowEpochMs);
    const away = this.#window.away(nowEpochMs);
    const restless =
      reported.some(({ delta }) => isNews(delta)) ||
      backlog.taps !== this.#lastBacklog ||
      away !== this.#lastAway;
    if (!restless && Math.abs(nowEpochMs - this.#publishedAtEpochMs) < restTickMs) return false;
    this.#lastBacklog = backlog.taps;
    this.#lastAway = away;
    this.#publishedAtEpochMs = nowEpochMs;
    this.#seq++;
    await this.#readRestore(nowEpochMs);
    const live = this.#window.live(nowEpochMs, this.#stream, this.#seq, this.#restore);
    await streams.publish(live);
    onLive(live);
    return true;
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
    const [first] = points;
    if (first === undefined) return;
    const scoped = this.#scoped.take(first.startEpochMs, secondMs, []);
    await this.#parts.streams.keepSeconds(points, this.cursor, scoped);
    void this.#parts.sites.look();
    this.#unkept.push(...points);
    await this.#keepTotals(nowEpochMs);
  }

  /** Keeps what was counted up to the minute that is open, where one has ended. While the database is away it is tried every second. */
  async #keepTotals(nowEpochMs: number): Promise<void> {
    const openMinute = Math.floor(nowEpochMs / minuteMs) * minuteMs;
    const rest = this.#unkept.filter((point) => point.startEpochMs >= openMinute);
    if (rest.length === this.#unkept.length) return;
    const open = mergePoints(rest, { startEpochMs: openMinute, resolutionMs: minuteMs });
    const { totals: now } = this.#window;
    const totals = {
      ...now,
      archived: now.archived - open.archived,
      duplicates: now.duplicates - open.duplicates,
      rejected: now.rejected - rejectsOf(open),
      segments: now.segments - open.segments,
    };
    try {
      await this.#parts.totals.keep({ totals, untilEpochMs: openMinute });
      this.#unkept = rest;
    } catch (error) {
      this.#parts.log.warn({ err: error }, "the totals of KPIs cannot be kept");
    }
  }
}

function rejectsOf(point: KpiPoint): number {
  return Object.values(point.rejects).reduce((sum, count) => sum + count, 0);
}
