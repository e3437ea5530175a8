import { dayMs, hourMs, type KpiDefinition, minuteMs } from "./definition.ts";

/** The share of taps that are to be taken when they are offered. */
export const availabilityObjective = 0.99999;

/** The span for which the objective is given, ms. */
export const objectiveWindowMs = 30 * dayMs;

const burn = { kind: "level", unit: "x", owner: "kpi", scopes: ["all"] } as const;
const meaning = "how fast the error budget is spent: 1 = exactly within 30 days, 14.4 = 2 % of it an hour";

/**
 * Availability against the objective, and how fast its error budget is spent. Windows: The Site Reliability Workbook,
 * chapter 5 ("Multiwindow, Multi-Burn-Rate Alerts"), table 5-8.
 */
export const objectiveKpis = {
  "availability.ratio": {
    kind: "ratio",
    windowMs: objectiveWindowMs,
    unit: "ratio",
    owner: "kpi",
    scopes: ["all", "site"],
    meaning:
      "taps that were taken when they were offered, among those that were or could have been (objective: 99.999 %)",
  },
  "availability.budget_left_ratio": {
    kind: "level",
    windowMs: objectiveWindowMs,
    unit: "ratio",
    owner: "kpi",
    scopes: ["all"],
    meaning: "what is left of the error budget of 30 days; below 0 the objective is missed",
  },
  "availability.burn_rate_5m": { ...burn, windowMs: 5 * minuteMs, meaning },
  "availability.burn_rate_30m": { ...burn, windowMs: 30 * minuteMs, meaning },
  "availability.burn_rate_1h": { ...burn, windowMs: hourMs, meaning },
  "availability.burn_rate_6h": { ...burn, windowMs: 6 * hourMs, meaning },
  "availability.burn_rate_3d": { ...burn, windowMs: 3 * dayMs, meaning },
  "services.silent": {
    kind: "level",
    windowMs: null,
    unit: "services",
    owner: "telemetry",
    scopes: ["all"],
    meaning: "services on the way of a tap of which no process gives a sign of life",
  },
} as const satisfies Record<string, KpiDefinition>;
