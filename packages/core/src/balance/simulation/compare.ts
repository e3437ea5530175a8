import type { Scaler, Simulated, SimulatedService } from "./fleet.ts";
import { simulate } from "./fleet.ts";
import type { ForecastUse } from "./forecast-use.ts";
import { fixedScaler, hpaScaler, oursScaler } from "./scalers.ts";
import type { LoadTrace } from "./trace.ts";

/** One service under several scalers, on the same arrivals. */
export type Comparison = {
  readonly service: string;
  /** Ours first, then the Horizontal Pod Autoscaler's, then a fixed size, then what else was asked for. */
  readonly results: readonly Simulated[];
  readonly forecastUse: Pick<ForecastUse, "steps" | "mase">;
};

const dayMs = 86_400_000;

/** Splits a trace: its first days are known beforehand, the rest is run. */
export function splitTrace(trace: LoadTrace, learnDays: number): { past: LoadTrace | null; run: LoadTrace } {
  const { stepMs, perSecond } = trace;
  const at = Math.min(perSecond.length, Math.round((learnDays * dayMs) / stepMs));
  return {
    past: at === 0 ? null : { stepMs, perSecond: perSecond.subarray(0, at) },
    run: { stepMs, perSecond: perSecond.subarray(at) },
  };
}

/** Runs one service. @param fixed replicas of the fixed size; null: as many as the busiest minute needs at nine tenths of their time */
export function compareScalers(
  service: SimulatedService,
  { past, run }: { readonly past: LoadTrace | null; readonly run: LoadTrace },
  {
    seed,
    fixed,
    more = [],
  }: { readonly seed: number; readonly fixed: number | null; readonly more?: readonly Scaler[] },
): Comparison {
  const ours = oursScaler(service, past);
  const results = [simulate(service, run, ours, { seed })];
  const size = fixed ?? sizeForPeak(service, results[0]?.minutes ?? []);
  for (const scaler of [hpaScaler(service), fixedScaler(size), ...more])
    results.push(simulate(service, run, scaler, { seed }));
  return { service: service.service, results, forecastUse: ours.forecastUse };
}

function sizeForPeak(
  { serviceMs, serversPerReplica, min, max }: SimulatedService,
  minutes: Simulated["minutes"],
): number {
  const peak = minutes.reduce((most, { arrivalsPerSecond }) => Math.max(most, arrivalsPerSecond), 0);
  const replicas = Math.ceil((peak * serviceMs) / 1_000 / 0.9 / serversPerReplica);
  return Math.min(max, Math.max(min, replicas));
}
