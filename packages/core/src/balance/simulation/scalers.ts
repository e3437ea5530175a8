import { Forecaster, stepMs } from "../forecast/forecaster.ts";
import { usualPolicy } from "../policies.ts";
import type { BalancePolicy } from "../policy.ts";
import { Hpa, type HpaPod, hpaDefaults, hpaSyncMs } from "../scaling/hpa.ts";
import { newWishState, wishOf } from "../wish.ts";
import type { Scaler, Seen, SimulatedService } from "./fleet.ts";
import { ForecastUse } from "./forecast-use.ts";
import { type LoadTrace, stepMeans } from "./trace.ts";

/** What is foretold has to come before the replica does that it asks for, with a decision in between. */
const aheadMs = (service: SimulatedService): number => service.readyAfterMs + 2 * hpaSyncMs;

/** How `balance` scales, as a cluster's autoscaler does it that asks for the wish as often as it asks for anything. */
export function oursScaler(
  service: SimulatedService,
  past: LoadTrace | null,
): Scaler & {
  readonly onTick: (atMs: number, perSecond: number) => void;
  readonly forecastUse: ForecastUse;
} {
  const policy: BalancePolicy = { ...usualPolicy, ...service };
  const learner = new Learner(service, past);
  let state = newWishState;
  return {
    name: "balance",
    everyMs: hpaSyncMs,
    decide: (seen) => {
      const { wish, state: next } = wishOf(
        {
          ...{ service: service.service, policy, nowEpochMs: seen.atMs },
          readings: readingsOf(service, seen),
          expected: learner.forecaster.expect(seen.atMs, aheadMs(service)),
        },
        state,
      );
      state = next;
      return wish.wish;
    },
    onTick: (atMs, perSecond) => learner.add(atMs, perSecond),
    forecastUse: learner.use,
  };
}

function readingsOf({ serviceMs }: SimulatedService, seen: Seen) {
  const { atMs, ready, arrivalsPerSecond, queued, oldestAgeMs, utilization } = seen;
  return {
    ...{ atEpochMs: atMs, replicas: ready, arrivalsPerSecond, serviceMs, queued, oldestAgeMs },
    ...{ p99Ms: null, cpuRatio: utilization },
  };
}

/** The Horizontal Pod Autoscaler with its documented defaults, by the busy share of the servers: what CPU is to one that computes. */
export function hpaScaler(
  { min, max }: SimulatedService,
  targetUtilization: number = hpaDefaults.targetUtilization,
): Scaler {
  const hpa = new Hpa({ ...hpaDefaults, targetUtilization, min, max });
  return {
    name: `HPA at ${Math.round(100 * targetUtilization)} %`,
    everyMs: hpaSyncMs,
    decide: ({ atMs, ready, starting, utilization }) =>
      hpa.decide(
        [
          ...Array<HpaPod>(ready).fill({ isReady: true, utilization }),
          ...Array<HpaPod>(starting).fill({ isReady: false, utilization: null }),
        ],
        atMs,
      ),
  };
}

export function fixedScaler(replicas: number): Scaler {
  return { name: `${replicas} at all times`, everyMs: hpaSyncMs, decide: () => replicas };
}

/** Hands a forecaster the load in its steps, and keeps count of how well it does where it is used. */
class Learner {
  readonly forecaster = new Forecaster();
  readonly use = new ForecastUse();
  #sum = 0;
  #count = 0;

  /** @param past load of before the trace, which ends where the trace begins */
  constructor({ tapsPerUnit }: SimulatedService, past: LoadTrace | null) {
    if (past === null) return;
    const means = stepMeans(past, stepMs);
    for (const [index, mean] of means.entries())
      this.#addStep((index - means.length) * stepMs, mean / tapsPerUnit, false);
  }

  add(atMs: number, perSecond: number): void {
    if (atMs > 0 && atMs % stepMs === 0) {
      this.#addStep(atMs - stepMs, this.#sum / Math.max(1, this.#count), true);
      [this.#sum, this.#count] = [0, 0];
    }
    this.#sum += perSecond;
    this.#count++;
  }

  /** @param isRun whether somebody scales by what is expected then */
  #addStep(startMs: number, perSecond: number, isRun: boolean): void {
    this.forecaster.add(startMs, perSecond);
    this.use.add(startMs, perSecond, isRun ? this.forecaster.coming() : []);
  }
}
