import { type SegmentStage, segmentLimits, segmentStages, segmentsAtOnce } from "../buffer/index.ts";
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

/** Services whose work several processes share. */
const shared: Readonly<Record<string, BalancePolicy>> = {
  ingest: { ...usualPolicy, serversPerReplica: 1, objectiveMs: 250 },
  web: { ...usualPolicy, serversPerReplica: 1, objectiveMs: 250, max: 4 },
  validation: { ...usualPolicy, serversPerReplica: segmentsAtOnce.validation, objectiveMs: 1_000 },
  encryption: { ...usualPolicy, serversPerReplica: segmentsAtOnce.encryption, objectiveMs: 1_000 },
  transfer: { ...usualPolicy, serversPerReplica: segmentsAtOnce.transfer, objectiveMs: 5_000 },
};

/** Services whose work one process does at a time; more of them stand by. */
const single = ["buffer", "audit", "kpi", "alerts", "telemetry", "balance", "noops"] as const;

/** Services of which wishes are told, in the order of the way of a tap. */
export const balancedServices: readonly string[] = [
  ...["ingest", "buffer", "validation", "encryption", "transfer"],
  ...["audit", "kpi", "alerts", "telemetry", "balance", "noops", "web"],
];

export type ReplicaBounds = { readonly min: number; readonly max: number };

/** What bounds the replicas of an installation. */
export type ReplicaLimits = {
  /** By service; of one that is not named: the policy's own. */
  readonly bounds: ReadonlyMap<string, ReplicaBounds>;
  /** Of the buffer: they bound how many segments are on their way at once. */
  readonly partitions: number;
};

/**
 * How a service is balanced within what an installation allows and its partitions can use; null where one process does its work:
 * then the least number that is allowed is wished.
 */
export function policyOf(service: string, { bounds, partitions }: ReplicaLimits): BalancePolicy | null {
  const policy = shared[service];
  if (policy === undefined) return null;
  const { min, max } = bounds.get(service) ?? policy;
  const stage = segmentStages.find((one) => one === service);
  const useful = stage === undefined ? max : Math.max(min, mostOfStage(stage, partitions));
  if (useful >= max) return { ...policy, min, max };
  const enoughFor = partitions === 1 ? "one partition" : `${partitions} partitions`;
  return { ...policy, min, max: useful, enoughFor };
}

/**
 * Most replicas of a stage that can have work; more would stand idle. Before transfer each partition has one segment at a time, and a
 * core works on one: as many as partitions, and one more that stands in. Of transfer as many as hold all segments that may be open.
 */
export function mostOfStage(stage: SegmentStage, partitions: number): number {
  const { maxOpen, maxPreparing } = segmentLimits;
  return stage === "transfer"
    ? Math.ceil((partitions * maxOpen) / segmentsAtOnce.transfer)
    : partitions * maxPreparing + 1;
}

/** How many replicas of a service whose work one process does at a time. */
export function standBy(service: string, bounds: ReplicaBounds | undefined): number {
  return bounds?.min ?? (single.some((one) => one === service) ? 1 : 0);
}
