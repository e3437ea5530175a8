import { segmentLimits } from "../buffer/index.ts";
import type { BalancePolicy } from "./policy.ts";
import type { ScalingBehaviour } from "./scaling/behaviour.ts";

/**
 * How our own wishes follow load: up at once, to four times as many or eight more in 15 s, since a burst that is met by halves is met
 * late; down after 75 s, half of them a minute. What keeps them from turning is the tolerance below.
 */
export const balanceBehaviour: ScalingBehaviour = {
  up: {
    stabilizationMs: 0,
    rates: [
      { kind: "percent", value: 300, periodMs: 15_000 },
      { kind: "replicas", value: 8, periodMs: 15_000 },
    ],
  },
  down: {
    stabilizationMs: 75_000,
    rates: [
      { kind: "percent", value: 50, periodMs: 60_000 },
      { kind: "replicas", value: 1, periodMs: 60_000 },
    ],
  },
};

/** What is the same for all services, unless one says otherwise. How these were chosen: docs/decisions/0045-balance.md. */
export const usualPolicy = {
  ...{ min: 1, max: 8, objectiveShare: 0.99, mostBusy: 0.95, catchUpMs: 15_000 },
  ...{ headroom: { least: 0.04, most: 0.3, moves: 1.6 }, leadMs: 30_000, forecastHeadroom: 0 },
  ...{ raiseBeyond: 0.06, lowerTolerance: 0.18 },
  ...{ readingsMaxAgeMs: 6_000, behaviour: balanceBehaviour },
} as const satisfies Partial<BalancePolicy>;

/**
 * Services whose work several processes share, by what one segment's way allows: validation and encryption have one segment
 * at a time, so that a second process only stands in for the first; transfer has eight, four for each process.
 */
const shared: Readonly<Record<string, BalancePolicy>> = {
  ingest: { ...usualPolicy, serversPerReplica: 1, objectiveMs: 250 },
  web: { ...usualPolicy, serversPerReplica: 1, objectiveMs: 250, max: 4 },
  validation: {
    ...usualPolicy,
    serversPerReplica: 2,
    objectiveMs: 1_000,
    max: 1 + segmentLimits.maxPreparing,
  },
  encryption: {
    ...usualPolicy,
    serversPerReplica: 2,
    objectiveMs: 1_000,
    max: 1 + segmentLimits.maxPreparing,
  },
  transfer: { ...usualPolicy, serversPerReplica: 4, objectiveMs: 5_000, max: segmentLimits.maxOpen / 4 },
};

/** Services whose work one process does at a time; more of them stand by. */
const single = ["buffer", "audit", "kpi", "alerts", "telemetry", "balance", "noops"] as const;

/** Services of which wishes are told, in the order of the way of a tap. */
export const balancedServices: readonly string[] = [
  ...["ingest", "buffer", "validation", "encryption", "transfer"],
  ...["audit", "kpi", "alerts", "telemetry", "balance", "noops", "web"],
];

export type ReplicaBounds = { readonly min: number; readonly max: number };

/**
 * How a service is balanced within what an installation allows; null where one process does its work: then the least number that
 * is allowed is wished.
 */
export function policyOf(service: string, bounds: ReplicaBounds | undefined): BalancePolicy | null {
  const policy = shared[service];
  return policy === undefined ? null : { ...policy, ...bounds };
}

/** How many replicas of a service whose work one process does at a time. */
export function standBy(service: string, bounds: ReplicaBounds | undefined): number {
  return bounds?.min ?? (single.some((one) => one === service) ? 1 : 0);
}
