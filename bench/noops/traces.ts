import { type LoadTrace, makeTrace, traceParametersSchema } from "@tapline/core/balance";

/** The first two weeks of each trace are known beforehand; what is behind them is run. */
export const learnDays = 14;

const common = {
  ...{ basePerSecond: 8_000, weekend: 0.6 },
  peaks: [
    { hour: 7, widthHours: 1.5, height: 2.5 },
    { hour: 12.5, widthHours: 1, height: 1 },
    { hour: 18.2, widthHours: 2, height: 4 },
  ],
};

/** What happens in each kind of trace, on top of two peaks a day and quieter weekends. */
const kinds = {
  /** Little noise, and nothing else. */
  seasons: { noise: 0.08 },
  /** Eight times a day about three times as much for some minutes. */
  bursts: { noise: 0.1, bursts: { perDay: 8, times: 3, minutes: 6 } },
  /** The way to the door is cut, and agents bring what they kept. */
  outages: { noise: 0.1, outages: { perWeek: 6, minutes: 12 } },
  /** A seventh more each week. */
  drift: { noise: 0.1, driftPerWeek: 0.15 },
  /** All of it, and noise that no forecast knows of. */
  rough: {
    noise: 0.3,
    bursts: { perDay: 4, times: 2, minutes: 10 },
    outages: { perWeek: 3, minutes: 10 },
  },
};

export type TraceKind = keyof typeof kinds;

export const traceKinds = Object.keys(kinds) as TraceKind[];

/**
 * Seeds. The policies of `balance` were chosen on traces of `tuned`; nothing but this bench has seen those of `scored`. The Horizontal Pod
 * Autoscaler was tuned on neither: it has its documented defaults.
 */
export const seeds = { tuned: [101, 102, 103], scored: [12_801, 12_802, 12_803] } as const;

export function traceOf(kind: TraceKind, seed: number, days: number): LoadTrace {
  const more = { seed: seed + 100 * traceKinds.indexOf(kind), days: learnDays + days };
  return makeTrace(traceParametersSchema.parse({ ...common, ...kinds[kind], ...more }));
}
