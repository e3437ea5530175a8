import type { AgentView } from "../contracts/agents.ts";

/**
 * The agents, each as it was read last: an answer that was asked for before a push may arrive after it.
 * @param isWhole what arrived is all there are; else the others stand as they are
 */
export function laterAgents(
  known: readonly AgentView[] | undefined,
  arrived: readonly AgentView[],
  isWhole: boolean,
): AgentView[] {
  const merged = new Map((known ?? []).map((agent) => [agent.id, agent]));
  const later = arrived.map((agent) => {
    const before = merged.get(agent.id);
    return before !== undefined && before.readAtEpochMs > agent.readAtEpochMs ? before : agent;
  });
  if (isWhole) return later;
  for (const agent of later) merged.set(agent.id, agent);
  return [...merged.values()];
}
