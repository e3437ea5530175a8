import type { FleetAgent, RolloutKind, Track } from "./fleet-state.ts";

/**
 * Why an agent stands in the way of the next step: it never reported, is silent, has not got the target, reads no
 * taps, or its oldest tap waits longer than allowed and longer than when the change reached it.
 */
export const troubles = ["never-reported", "silent", "pending", "paused", "outbox-aged"] as const;

export type Trouble = (typeof troubles)[number];

export type HealthLimits = {
  /** An agent not heard of for longer is silent, ms. */
  readonly silentAfterMs: number;
  /** A tap without an end may be so old, ms. */
  readonly maxOutboxAgeMs: number;
};

/** How a change stands in one ring. Revoked agents do not count, pinned ones keep what they are pinned to. */
export type RingHealth = {
  readonly ring: number;
  readonly reached: boolean;
  readonly agents: number;
  /** Have the target by their own word. */
  readonly done: number;
  readonly pinned: number;
  readonly troubled: readonly { readonly agent: string; readonly trouble: Trouble }[];
};

/** The rings of a roll-out and those that agents are in, rising. Without a roll-out: how agents stand to what holds. */
export function ringHealth<Value>(
  kind: RolloutKind,
  { standing, rollout }: Track<Value>,
  agents: readonly FleetAgent[],
  limits: HealthLimits,
  nowEpochMs: number,
): RingHealth[] {
  const counted = agents.filter((agent) => agent.revokedAtEpochMs === null);
  const rings = new Set([...(rollout?.rings ?? []), ...counted.map((agent) => agent.ring)]);
  const reachedRing = rollout === null ? Number.POSITIVE_INFINITY : (rollout.rings[rollout.reached] ?? -1);
  const target = rollout === null ? standing : rollout.target;
  const byRing = Map.groupBy(counted, (agent) => agent.ring);
  return [...rings]
    .sort((a, b) => a - b)
    .map((ring) => {
      const members = byRing.get(ring) ?? [];
      const free = members.filter((agent) => pinOf(kind, agent) === null);
      return {
        ring,
        reached: ring <= reachedRing,
        agents: members.length,
        done: free.filter((agent) => has(kind, agent, target)).length,
        pinned: members.length - free.length,
        troubled: members.flatMap((agent) => {
          const trouble = troubleOf(kind, agent, target, limits, nowEpochMs);
          return trouble === null ? [] : [{ agent: agent.id, trouble }];
        }),
      };
    });
}

function troubleOf<Value>(
  kind: RolloutKind,
  agent: FleetAgent,
  target: Value,
  limits: HealthLimits,
  nowEpochMs: number,
): Trouble | null {
  const { last } = agent;
  if (last === null) return "never-reported";
  if (nowEpochMs - last.seenAtEpochMs > limits.silentAfterMs) return "silent";
  if (pinOf(kind, agent) === null && !has(kind, agent, target)) return "pending";
  if (last.report.paused !== null) return "paused";
  const { oldestAgeMs } = last.report.outbox;
  return oldestAgeMs > Math.max(limits.maxOutboxAgeMs, last.ageAtReachMs) ? "outbox-aged" : null;
}

function pinOf(kind: RolloutKind, agent: FleetAgent): number | string | null {
  return kind === "config" ? agent.pinnedRevision : agent.pinnedVersion;
}

/** Version null is whatever it runs. */
function has<Value>(kind: RolloutKind, { last }: FleetAgent, target: Value): boolean {
  if (last === null) return false;
  return kind === "config"
    ? last.report.configRevision === target
    : target === null || last.report.version === target;
}
