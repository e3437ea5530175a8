import { dayMs, hourMs, minuteMs, type ShippedRule } from "./shipped-rule.ts";

/**
 * Shipped rules on the objective and its error budget. Windows and factors: The Site Reliability Workbook, chapter 5, table 5-8; minima so high that
 * a single refused tap raises nothing.
 */
export const objectiveRules: readonly ShippedRule[] = [
  {
    id: "budget-burning-fast",
    kpi: "availability.ratio",
    condition: {
      kind: "burn-rate",
      objectiveRatio: 0.99999,
      factor: 14.4,
      longMs: hourMs,
      shortMs: 5 * minuteMs,
      minEvents: 10_000,
    },
    severity: "critical",
    offDelayMs: minuteMs,
    message: "Errors come at more than {limit}: 2 % of a month's in an hour",
    card: {
      cause: "A part of the path fails now.",
      consequence: "The objective of 99.999 % is missed within two days.",
      action: "Look at what else is active: this alert has a cause that has one, too.",
      respondWithinMinutes: 15,
    },
  },
  {
    id: "budget-burning",
    kpi: "availability.ratio",
    condition: {
      kind: "burn-rate",
      objectiveRatio: 0.99999,
      factor: 6,
      longMs: 6 * hourMs,
      shortMs: 30 * minuteMs,
      minEvents: 20_000,
    },
    severity: "warning",
    offDelayMs: minuteMs,
    message: "Errors come at more than {limit}: 5 % of a month's in 6 h",
    parent: "budget-burning-fast",
    card: {
      cause: "A part of the path fails again and again.",
      consequence: "The objective is missed within five days.",
      action: "Find what comes again in the alerts of the last hours.",
      respondWithinMinutes: 60,
    },
  },
  {
    id: "budget-burning-slowly",
    kpi: "availability.ratio",
    condition: {
      kind: "burn-rate",
      objectiveRatio: 0.99999,
      factor: 1,
      longMs: 3 * dayMs,
      shortMs: 6 * hourMs,
      minEvents: 100_000,
    },
    severity: "info",
    offDelayMs: minuteMs,
    message: "Errors come at more than {limit}: 10 % of a month's in 3 days",
    parent: "budget-burning",
    card: {
      cause: "Something small fails all the time.",
      consequence: "The objective is just missed by the end of the month.",
      action: "Plan to mend it within days.",
      respondWithinMinutes: 1_440,
    },
  },
  {
    id: "budget-spent",
    kpi: "availability.budget_left_ratio",
    condition: { kind: "threshold", limit: { below: 0 }, deadBand: 0.01 },
    severity: "warning",
    message: "The error budget of 30 days is spent",
    card: {
      cause: "There were outages.",
      consequence: "The objective is missed; it recovers only as these days pass.",
      action: "Hold back changes; mend what was behind it first.",
      respondWithinMinutes: 1_440,
    },
  },
];
