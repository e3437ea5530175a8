import type { Alert, AlertRule } from "@tapline/core/alerts";
import type { ChartTable } from "../../client/chart/table.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000] as const;
/** So much is shown before the breach and behind its end, ms. */
const aroundMs = 30 * minuteMs;
/** Above this, minutes would be too many to draw. */
const mostMinutesMs = 12 * hourMs;

/** What is asked for: the time around an alert, in steps. */
export interface Moment {
  fromEpochMs: number;
  untilEpochMs: number;
  resolutionMs: 60_000 | 3_600_000;
}

/** From half an hour before the breach to half an hour after its end, or to now; of a long one by the hour, its last 30 days at most. */
export function momentOfAlert(
  alert: Pick<Alert, "breachedAtEpochMs" | "returnedAtEpochMs">,
  nowEpochMs: number,
): Moment {
  const over = alert.returnedAtEpochMs ?? nowEpochMs;
  const end = Math.min(nowEpochMs, over + aroundMs);
  const start = Math.max(alert.breachedAtEpochMs - aroundMs, end - 30 * 24 * hourMs);
  const resolutionMs = end - start <= mostMinutesMs ? minuteMs : hourMs;
  const fromEpochMs = Math.floor(start / resolutionMs) * resolutionMs;
  return { fromEpochMs, untilEpochMs: Math.ceil(end / resolutionMs) * resolutionMs, resolutionMs };
}

/** A step: `value` is under `tail`, too, where the unfinished step is, or leads to it. */
export interface MomentRow {
  at: number;
  startEpochMs: number;
  value: number | null;
  tail: number | null;
  isUnfinished: boolean;
}

/** Every step of the moment; of those that nothing is known of the value is null. */
export function momentRows(
  { fromEpochMs, untilEpochMs, resolutionMs }: Moment,
  points: readonly { startEpochMs: number; value: number | null }[],
  nowEpochMs: number,
): MomentRow[] {
  const known = new Map(points.map(({ startEpochMs, value }) => [startEpochMs, value]));
  const count = Math.max(0, Math.round((untilEpochMs - fromEpochMs) / resolutionMs));
  return Array.from({ length: count }, (_, index) => {
    const startEpochMs = fromEpochMs + index * resolutionMs;
    const endEpochMs = startEpochMs + resolutionMs;
    const isUnfinished = endEpochMs > nowEpochMs;
    const leads = endEpochMs + resolutionMs > nowEpochMs;
    const value = known.get(startEpochMs) ?? null;
    const row = { at: startEpochMs + resolutionMs / 2, startEpochMs, isUnfinished };
    return { ...row, value: isUnfinished ? null : value, tail: leads ? value : null };
  });
}

/** What the chart draws, to take away. @param limit stands beside each value; `null`: none is drawn */
export function momentTable(
  { name, unit, limit }: { name: string; unit: string; limit: number | null },
  rows: readonly MomentRow[],
  resolutionMs: number,
): ChartTable {
  const limits = limit === null ? [] : [limit];
  return {
    name,
    columns: ["value", ...limits.map(() => "limit")].map((column) => ({ name: column, unit })),
    rows: rows.map(({ startEpochMs, value, tail, isUnfinished }) => ({
      ...{ fromEpochMs: startEpochMs, untilEpochMs: startEpochMs + resolutionMs, isUnfinished },
      values: [value ?? tail, ...limits],
    })),
  };
}

/** Stretches of finished steps of which nothing is known. */
export function gapsIn(rows: readonly MomentRow[], resolutionMs: number): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (const { startEpochMs, value, isUnfinished } of rows) {
    if (value !== null || isUnfinished) continue;
    const last = gaps.at(-1);
    if (last?.to === startEpochMs) last.to = startEpochMs + resolutionMs;
    else gaps.push({ from: startEpochMs, to: startEpochMs + resolutionMs });
  }
  return gaps;
}

/** The limit that the figure itself is held against; `null` where the rule compares something made of it. */
export function thresholdOf({ condition }: Pick<AlertRule, "condition">): number | null {
  if (condition.kind !== "threshold") return null;
  const { limit } = condition;
  return "above" in limit ? limit.above : limit.below;
}

/** The newest value that is known, and the end of its step. */
export function latestOf(
  rows: readonly MomentRow[],
  resolutionMs: number,
): { value: number; endEpochMs: number } | null {
  const row = rows.findLast(({ value, tail }) => (value ?? tail) !== null);
  const value = row?.value ?? row?.tail ?? null;
  return row === undefined || value === null ? null : { value, endEpochMs: row.startEpochMs + resolutionMs };
}
