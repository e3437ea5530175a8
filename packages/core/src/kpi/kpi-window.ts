import type { RejectReason } from "../tap/index.ts";
import { Histogram, type TelemetryDelta } from "../telemetry/index.ts";
import { type ArchiveAway, type HeardService, SignsOfLife } from "./heard.ts";
import { mergePoints } from "./merge-points.ts";
import { type RestoreStanding, restoreFreshness } from "./restore-standing.ts";
import type { KpiLive, KpiPoint, KpiTotals } from "./schema.ts";

/** How far the live picture looks back, ms. */
const rateWindowMs = 5_000;
const summaryWindowMs = 60_000;
const secondMs = 1_000;

/** What the buffer holds at this moment. */
export type BacklogReading = { readonly taps: number; readonly oldestAtEpochMs: number | null };

/** Who and what was away at one moment. */
type Heard = {
  readonly atEpochMs: number;
  readonly silent: HeardService[];
  readonly away: ArchiveAway[];
};

const emptyTotals: KpiTotals = { ingested: 0, archived: 0, duplicates: 0, rejected: 0, segments: 0 };

/**
 * Turns telemetry deltas into KPI points of one second and the live picture over the last minute. Pure: readings
 * of clock and backlog are handed in. A delta counts in the second in which it is added, so every delta counts
 * once, whatever the sender's clock says.
 */
export class KpiWindow {
  #open: KpiPoint;
  /** Of the open second; what is in `#open` of it stays empty until it ends. */
  #latency = new Histogram();
  #closed: KpiPoint[];
  /** Of `#closed`; null where it has to be made anew. */
  #ended: Pick<KpiPoint, "rejects" | "duplicates"> | null = null;
  /** Of `#closed` and the open second. */
  readonly #latencies: Histogram;
  #totals: KpiTotals;
  #backlog: BacklogReading = { taps: 0, oldestAtEpochMs: null };
  readonly #signs = new SignsOfLife();
  /** What was read of `#signs` last; null where another one came since. */
  #heard: Heard | null = null;

  /** @param recent points of the last minute from an earlier life, oldest first */
  constructor(nowEpochMs: number, totals: KpiTotals = emptyTotals, recent: readonly KpiPoint[] = []) {
    this.#open = emptyPoint(floorToSecond(nowEpochMs));
    this.#closed = recent.filter((point) => point.startEpochMs < this.#open.startEpochMs);
    this.#latencies = Histogram.from(...this.#closed.map((point) => point.tapToArchiveMs));
    this.#totals = totals;
  }

  /**
   * Totals that always add up: what was taken is what has ended and what still waits. A count of its own would
   * drift with each crash, and with each tap that is sent again.
   */
  get totals(): KpiTotals {
    const { archived, duplicates, rejected } = this.#totals;
    return { ...this.#totals, ingested: archived + duplicates + rejected + this.#backlog.taps };
  }

  /** @param atEpochMs when the delta was reported, by the clock of who keeps the deltas */
  add(delta: TelemetryDelta, atEpochMs: number): void {
    const { counters, sign } = delta;
    if (sign !== undefined) {
      this.#signs.hear(delta.instance, sign, atEpochMs);
      this.#heard = null;
    }
    const point = this.#open;
    const [ingested, archived] = [counters["tap.ingested"] ?? 0, counters["tap.archived"] ?? 0];
    const [duplicates, segments] = [counters["tap.duplicate"] ?? 0, counters["segment.archived"] ?? 0];
    const latency = delta.histograms["tap.to_archive_ms"];
    if (latency !== undefined) {
      this.#latency.merge(latency);
      this.#latencies.merge(latency);
    }
    this.#open = {
      ...point,
      ingested: point.ingested + ingested,
      archived: point.archived + archived,
      duplicates: point.duplicates + duplicates,
      segments: point.segments + segments,
      archiveBytes: point.archiveBytes + (counters["archive.bytes"] ?? 0),
      rejects: addRejects(point.rejects, delta.rejects),
    };
    this.#totals = {
      ...this.#totals,
      archived: this.#totals.archived + archived,
      duplicates: this.#totals.duplicates + duplicates,
      rejected: this.#totals.rejected + (counters["tap.rejected"] ?? 0),
      segments: this.#totals.segments + segments,
    };
  }

  readBacklog(reading: BacklogReading): void {
    this.#backlog = reading;
  }

  /** Closes every second that has ended by `nowEpochMs` and returns their points, oldest first. */
  closeSeconds(nowEpochMs: number): KpiPoint[] {
    const current = floorToSecond(nowEpochMs);
    const ended: KpiPoint[] = [];
    // A clock that jumps far ahead leaves a gap instead of an endless row of empty seconds.
    const from = Math.max(this.#open.startEpochMs, current - summaryWindowMs);
    for (let start = from; start < current; start += secondMs) {
      const tapToArchiveMs = this.#latency.data();
      ended.push({ ...this.#open, tapToArchiveMs, startEpochMs: start, ...this.#levels(start + secondMs) });
      this.#open = emptyPoint(start + secondMs);
      this.#latency.clear();
    }
    if (ended.length === 0) return ended;
    this.#ended = null;
    const isLate = (point: KpiPoint) => point.startEpochMs < current - summaryWindowMs;
    const closed = [...this.#closed, ...ended];
    for (const point of closed.filter(isLate)) this.#latencies.unmerge(point.tapToArchiveMs);
    this.#closed = closed.filter((point) => !isLate(point));
    return ended;
  }

  /** The live picture; `seq` and `stream` are the publisher's. */
  live(nowEpochMs: number, stream: string, seq: number, restore: RestoreStanding): KpiLive {
    const recent = this.#closed
      .slice(-rateWindowMs / secondMs)
      .filter((point) => point.startEpochMs >= nowEpochMs - rateWindowMs);
    const spanMs = Math.max(secondMs, nowEpochMs - (recent[0]?.startEpochMs ?? this.#open.startEpochMs));
    const perSecond = (what: "ingested" | "archived") =>
      (recent.reduce((sum, point) => sum + point[what], this.#open[what]) * secondMs) / spanMs;
    this.#ended ??= {
      rejects: this.#closed.reduce<KpiPoint["rejects"]>((sum, point) => addRejects(sum, point.rejects), {}),
      duplicates: this.#closed.reduce((sum, point) => sum + point.duplicates, 0),
    };
    const [p50 = null, p95 = null, p99 = null] = this.#latencies.quantiles([0.5, 0.95, 0.99]);
    const { silent, away } = this.#hear(nowEpochMs);
    const isCounting = !silent.includes("transfer");
    return {
      stream,
      seq,
      atEpochMs: nowEpochMs,
      silent,
      awayArchives: away.map(({ archive, sinceEpochMs, why }) => ({ archive, sinceEpochMs, why })),
      tapsPerSecond: silent.includes("ingest") ? null : perSecond("ingested"),
      archivedPerSecond: isCounting ? perSecond("archived") : null,
      backlog: this.#backlog.taps,
      oldestAgeMs: this.#levels(nowEpochMs).oldestAgeMs,
      tapToArchiveMs: { p50, p95, p99, count: this.#latencies.count },
      rejects: isCounting ? addRejects(this.#ended.rejects, this.#open.rejects) : null,
      duplicates: isCounting ? this.#ended.duplicates + this.#open.duplicates : null,
      totals: this.totals,
      restore: { ...restore, freshness: restoreFreshness(restore, nowEpochMs) },
    };
  }

  /** Who and what is away, by name: as long as that is the same, no sign of life changes the picture. */
  away(nowEpochMs: number): string {
    const { silent, away } = this.#hear(nowEpochMs);
    return JSON.stringify([silent, away.map(({ archive, why }) => `${archive} ${why}`)]);
  }

  #hear(nowEpochMs: number): Heard {
    if (this.#heard?.atEpochMs !== nowEpochMs)
      this.#heard = {
        atEpochMs: nowEpochMs,
        silent: this.#signs.silent(nowEpochMs),
        away: this.#signs.away(nowEpochMs),
      };
    return this.#heard;
  }

  #levels(atEpochMs: number): Pick<KpiPoint, "backlog" | "oldestAgeMs"> {
    const { taps, oldestAtEpochMs } = this.#backlog;
    const oldestAgeMs = oldestAtEpochMs === null ? null : Math.max(0, atEpochMs - oldestAtEpochMs);
    return { backlog: taps, oldestAgeMs };
  }
}

function addRejects(a: KpiPoint["rejects"], b: KpiPoint["rejects"]): KpiPoint["rejects"] {
  const sum = { ...a };
  for (const [reason, by] of Object.entries(b) as [RejectReason, number][])
    sum[reason] = (sum[reason] ?? 0) + by;
  return sum;
}

function floorToSecond(epochMs: number): number {
  return Math.floor(epochMs / secondMs) * secondMs;
}

function emptyPoint(startEpochMs: number): KpiPoint {
  return mergePoints([], { startEpochMs, resolutionMs: secondMs });
}
