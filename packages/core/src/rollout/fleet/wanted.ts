import type { AgentPlace, AgentRuns, FleetState, Track } from "./fleet-state.ts";

/** What an agent should have. */
export type Wanted = { readonly revision: number; readonly version: string | null };

/**
 * What the fleet wants of an agent: its pin, else what its ring has reached.
 * @returns null where that depends on what the agent runs, and it has not said yet: then nothing is to be changed
 */
export function wantedOf(fleet: FleetState, agent: AgentPlace, runs: AgentRuns): Wanted | null {
  const revision =
    agent.pinnedRevision ??
    reachedValue(fleet.config, agent.ring, runs === null ? undefined : runs.configRevision);
  const version =
    agent.pinnedVersion ?? reachedValue(fleet.version, agent.ring, runs === null ? undefined : runs.version);
  return revision === undefined || version === undefined ? null : { revision, version };
}

/**
 * A halt moves nobody: who has the target keeps it, who has not does not get it.
 * @param runs undefined where it is not known
 */
function reachedValue<Value>(
  { standing, rollout }: Track<Value>,
  ring: number,
  runs: Value | undefined,
): Value | undefined {
  if (rollout === null) return standing;
  const { target, base, rings, reached, state } = rollout;
  if (ring > (rings[reached] ?? Number.NEGATIVE_INFINITY)) return base;
  if (state === "running") return target;
  if (runs === undefined) return undefined;
  return runs === target ? target : base;
}
