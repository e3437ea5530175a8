import type { FleetAgent, FleetState } from "./fleet-state.ts";
import { wantedOf } from "./wanted.ts";

/** Agents that are told something else than before, grouped by what changes for them. */
export type FleetEffect = readonly {
  readonly agents: readonly string[];
  readonly from: string;
  readonly to: string;
}[];

type Fleet = { readonly state: FleetState; readonly agents: readonly FleetAgent[] };

/** What a step does to whom: compares what is wanted of each agent before and after it. */
export function effectOf(before: Fleet, after: Fleet): FleetEffect {
  const earlier = new Map(before.agents.map((agent) => [agent.id, wordsFor(before.state, agent)]));
  const groups = new Map<string, { agents: string[]; from: string; to: string }>();
  for (const agent of after.agents) {
    if (agent.revokedAtEpochMs !== null) continue;
    const from = earlier.get(agent.id) ?? "nothing";
    const to = wordsFor(after.state, agent);
    if (from === to) continue;
    const group = groups.get(`${from}\n${to}`) ?? { agents: [], from, to };
    group.agents.push(agent.id);
    groups.set(`${from}\n${to}`, group);
  }
  return [...groups.values()];
}

function wordsFor(state: FleetState, agent: FleetAgent): string {
  const runs = agent.last === null ? null : agent.last.report;
  const wanted = wantedOf(state, agent, runs);
  if (wanted === null) return "what it has";
  const settings = wanted.revision === 0 ? "no settings from the server" : `config ${wanted.revision}`;
  return `${settings}, ${wanted.version === null ? "any version" : `version ${wanted.version}`}`;
}
