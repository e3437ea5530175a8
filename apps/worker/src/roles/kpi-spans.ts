import type { KpiSpans } from "@tapline/adapters/prisma/kpi";
import type { TelemetryStream } from "@tapline/adapters/redis";
import {
  KpiBoard,
  type KpiReadings,
  type KpiSample,
  kpiSources,
  SpanCollector,
  scopeKey,
} from "@tapline/core/kpi";
import { defaultSite } from "@tapline/core/transfer";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type KpiSpansParts = {
  readonly telemetry: Pick<TelemetryStream, "read">;
  readonly spans: Pick<KpiSpans, "cursor" | "keepMinutes" | "keepHours">;
  readonly readings: () => Promise<KpiReadings>;
  readonly log: Pick<Logger, "warn">;
};

const stepEveryMs = 1_000;
const readEveryMs = 10_000;
const minuteMs = 60_000;

/**
 * Keeps the history of all KPIs by what they belong to. A minute holds the deltas that Redis took within it, and is written in
 * one transaction with the cursor up to which they count; whoever goes on begins there, and counts each delta once. Any number
 * may run: of those who write the same minute one is believed.
 */
export function startKpiSpans(parts: KpiSpansParts): Role {
  let keeper: SpanKeeper | null = null;
  const keeping = repeat(
    async () => {
      keeper ??= new SpanKeeper(parts, await parts.spans.cursor());
      const { isCurrent, isBehind } = await keeper.step();
      if (!isCurrent) keeper = null;
      return isBehind ? 0 : stepEveryMs;
    },
    (error) => {
      // What it had added up stands in the stream still.
      keeper = null;
      parts.log.warn({ err: error }, "the history of KPIs could not be kept");
    },
  );
  return { stop: () => keeping.stop() };
}

class SpanKeeper {
  readonly #parts: KpiSpansParts;
  readonly #collector = new SpanCollector((agent) => this.#sites.get(agent) ?? defaultSite);
  readonly #levels = new Map<string, KpiSample>();
  #sites = new Map<string, string>();
  #board: KpiBoard | null = null;
  #readAtMs = Number.NEGATIVE_INFINITY;
  /** Up to where minutes are kept, and up to where the stream was read. */
  #kept: string | null;
  #read: string;
  #openMinute: number | null = null;

  constructor(parts: KpiSpansParts, cursor: string | null) {
    this.#parts = parts;
    this.#kept = cursor;
    this.#read = cursor ?? "0";
  }

  /** Reads on. @returns whether what it adds up still counts, and whether there is more to read at once */
  async step(): Promise<{ readonly isCurrent: boolean; readonly isBehind: boolean }> {
    const { reported, hasMore } = await this.#parts.telemetry.read(this.#read);
    if (performance.now() - this.#readAtMs >= readEveryMs) await this.#takeReadings(reported[0]?.atEpochMs);
    for (const { entry, atEpochMs, delta } of reported) {
      const minute = Math.floor(atEpochMs / minuteMs) * minuteMs;
      if (this.#openMinute !== null && minute > this.#openMinute && !(await this.#keep(this.#openMinute)))
        return { isCurrent: false, isBehind: true };
      this.#openMinute = minute;
      this.#collector.add(delta);
      this.#board?.hear(delta, atEpochMs);
      this.#read = entry;
    }
    return { isCurrent: true, isBehind: hasMore };
  }

  async #takeReadings(nowEpochMs: number | undefined): Promise<void> {
    if (nowEpochMs === undefined) return;
    this.#readAtMs = performance.now();
    const readings = await this.#parts.readings();
    if (readings.fleet !== undefined)
      this.#sites = new Map(readings.fleet.map(({ agent, site }) => [agent, site]));
    this.#board ??= new KpiBoard(nowEpochMs);
    this.#board.read(readings, nowEpochMs);
  }

  async #keep(minute: number): Promise<boolean> {
    const end = minute + minuteMs;
    for (const sample of this.#board?.advance(end - 1) ?? [])
      if (kpiSources[sample.kpi].is === "reading")
        this.#levels.set(`${sample.kpi} ${scopeKey(sample.scope)}`, sample);
    const spans = this.#collector.take(minute, minuteMs, this.#levels.values());
    if (!(await this.#parts.spans.keepMinutes(spans, this.#kept, this.#read))) return false;
    this.#kept = this.#read;
    await this.#parts.spans.keepHours(end);
    return true;
  }
}
