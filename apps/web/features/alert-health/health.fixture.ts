import type { AlarmHealth } from "../../contracts/alert-health.ts";

/** Measures of a quiet day, apart from what is given. For tests. */
export function alarmHealth(given: Partial<AlarmHealth>): AlarmHealth {
  return {
    ...{ annunciated: 3, perOperatorPer10Min: { mean: 0.02, max: 2 }, floodRatio: 0, floods: [] },
    ...{ chattering: [], stale: [], totals: { chattering: 0, stale: 0 }, top: [], topRatio: null },
    severities: { critical: 0, warning: 1, info: 2 },
    ...{ fromEpochMs: 0, untilEpochMs: 86_400_000, operators: 1, isWhole: true },
    bars: { startEpochMs: 0, barMs: 600_000, counts: [0] },
    targets: {
      ...{ perOperatorPer10Min: 1, floodAbove: 10, floodEndsBelow: 5, chattering: 0, stale: 4 },
      ...{ floodRatio: 0.01, topTenRatio: 0.05 },
      severityRatios: { critical: 0.05, warning: 0.15, info: 0.8 },
    },
    ...given,
  };
}
