import type { ForecastMinute, ForetoldService } from "@tapline/core/balance";
import type { ChartTable } from "../../client/chart/table.ts";
import type { ForecastHistory } from "../../contracts/noops.ts";
import * as strings from "../../strings/generated/noops/forecast-series.ts";

export const minuteMs = 60_000;
const hourMs = 3_600_000;
/** What came in a minute is told so long after it at most, ms. */
const toldWithinMs = 10_000;

/** In the order of the way of a tap. Core's own list would bring all of balance into the page. */
export const services: readonly ForetoldService[] = ["ingest", "validation", "encryption", "transfer"];

/** The lines of the chart: what came, what was foretold of it, and what was while it was not trusted. */
export const lines = {
  came: { label: strings.came, color: "--chart-archived" },
  counted: { label: strings.foretold, color: "--chart-in", dash: "6 3" },
  shut: { label: strings.foretoldNotTrusted, color: "--chart-in", dash: "1 3" },
} as const;

/** A minute for the drawing: `at` is its middle. */
export interface ForecastRow {
  at: number;
  startEpochMs: number;
  came: number | null;
  /** What was foretold, where it was trusted; or where it was not. */
  counted: number | null;
  shut: number | null;
  /** From what was foretold to the end of its error band; `null`: nothing was. */
  band: [number, number] | null;
  /** What came is not told yet: no gap. */
  isUnfinished: boolean;
}

export function forecastRows({
  minutes,
  readAtEpochMs,
}: Pick<ForecastHistory, "minutes" | "readAtEpochMs">): ForecastRow[] {
  return minutes.map(({ startEpochMs, came, foretold }) => ({
    ...{ at: startEpochMs + minuteMs / 2, startEpochMs, came },
    counted: foretold?.isTrusted === true ? foretold.perSecond : null,
    shut: foretold?.isTrusted === false ? foretold.perSecond : null,
    band: foretold === null ? null : [foretold.perSecond, foretold.upToPerSecond],
    isUnfinished: came === null && startEpochMs + minuteMs + toldWithinMs > readAtEpochMs,
  }));
}

/** Minutes that are over and of which nobody knows what came. */
export const isGap = ({ came, isUnfinished }: ForecastRow): boolean => came === null && !isUnfinished;

/** Minutes of which something was foretold that was not trusted. */
export const isShut = ({ shut }: ForecastRow): boolean => shut !== null;

/** Neighbouring minutes that are so, as one. */
export function stretchesOf(
  rows: readonly ForecastRow[],
  isSo: (row: ForecastRow) => boolean,
): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  for (const row of rows) {
    if (!isSo(row)) continue;
    const last = stretches.at(-1);
    const to = row.startEpochMs + minuteMs;
    if (last?.to === row.startEpochMs) last.to = to;
    else stretches.push({ from: row.startEpochMs, to });
  }
  return stretches;
}

/** Units of a service's work. */
export function unitOf(service: ForetoldService): string {
  return service === "ingest" ? strings.tapsS : strings.segmentsS;
}

/** What the chart draws, to take away. */
export function forecastTable(name: string, unit: string, rows: readonly ForecastRow[]): ChartTable {
  return {
    name,
    columns: [
      ...[strings.came, strings.foretold, strings.upToWithItsBand].map((column) => ({ name: column, unit })),
      { name: strings.trusted, unit: "" },
    ],
    rows: rows.map(({ startEpochMs, came, counted, band, isUnfinished }) => ({
      ...{ fromEpochMs: startEpochMs, untilEpochMs: startEpochMs + minuteMs, isUnfinished },
      values: [came, ...(band ?? [null, null]), band === null ? null : counted !== null],
    })),
  };
}

/** An hour of the table; figures are means over the minutes in which they are known, `null` where there is none. */
export interface ForecastHour {
  fromEpochMs: number;
  came: number | null;
  foretold: number | null;
  /** By which share of what came forecasts were off, over the minutes of which both are known. */
  offRatio: number | null;
  shutMinutes: number;
}

/** Full hours of UTC, the newest first. */
export function forecastHours(minutes: readonly ForecastMinute[]): ForecastHour[] {
  const hours = Map.groupBy(minutes, ({ startEpochMs }) => Math.floor(startEpochMs / hourMs) * hourMs);
  return [...hours].toReversed().map(([fromEpochMs, of]) => {
    const judged = of.flatMap(({ came, foretold }) =>
      came === null || foretold === null ? [] : [{ came, off: Math.abs(came - foretold.perSecond) }],
    );
    const [off, came] = [mean(judged.map((each) => each.off)), mean(judged.map((each) => each.came))];
    return {
      fromEpochMs,
      came: mean(of.flatMap((minute) => minute.came ?? [])),
      foretold: mean(of.flatMap(({ foretold }) => foretold?.perSecond ?? [])),
      offRatio: off === null || came === null || came === 0 ? null : off / came,
      shutMinutes: of.filter(({ foretold }) => foretold?.isTrusted === false).length,
    };
  });
}

/** When the last minute ended of which it is known what came; `null`: none is. */
export function knownUntil(minutes: readonly ForecastMinute[]): number | null {
  const last = minutes.findLast(({ came }) => came !== null);
  return last === undefined ? null : last.startEpochMs + minuteMs;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
