import type { AlertHealth, healthTargets } from "@tapline/core/alerts";

const hourMs = 3_600_000;

/** How far the measures of the alarm system look back, ms: a day, a week, 30 days. */
export const healthSpansMs = [24 * hourMs, 7 * 24 * hourMs, 30 * 24 * hourMs] as const;

export type HealthSpanMs = (typeof healthSpansMs)[number];

/** Between how many people on shift alerts may be shared. */
export const mostOperators = 100;

/** The measures of the alarm system over a span, for so many people on shift. */
export interface AlarmHealth extends AlertHealth {
  /** Later than asked for where there was more than is read. */
  fromEpochMs: number;
  untilEpochMs: number;
  operators: number;
  /** False where the span was cut for there being too much in it. */
  isWhole: boolean;
  /** All there are; `chattering` and `stale` name the first of them. */
  totals: { chattering: number; stale: number };
  targets: typeof healthTargets;
  /** How many alerts called somebody, in spans of `barMs` from `startEpochMs` on; the last one is not over. */
  bars: { startEpochMs: number; barMs: number; counts: number[] };
}
