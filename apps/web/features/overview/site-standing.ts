import { type AgentState, agentStates, stateOf } from "../../client/agent-state.ts";
import type { AgentView } from "../../contracts/agents.ts";

/** How a site is, by what its agents told. */
export interface SiteStanding {
  site: string;
  agents: number;
  counts: Readonly<Record<AgentState, number>>;
  /** Taps that wait in outboxes, as they were reported. */
  waitingTaps: number;
  /** When its newest tap was archived, ms since 1970; `null`: none is known. */
  lastArchivedAtEpochMs: number | null;
}

/** Each of these sites, also where no agent stands; those with agents that are offline first, then by name. */
export function standingsOf(
  sites: readonly string[],
  agents: readonly AgentView[],
  nowEpochMs: number,
): SiteStanding[] {
  const bySite = Map.groupBy(agents, ({ site }) => site);
  return sites
    .map((site) => standingOf(site, bySite.get(site) ?? [], nowEpochMs))
    .toSorted((a, b) => b.counts.offline - a.counts.offline || a.site.localeCompare(b.site, "en"));
}

function standingOf(site: string, agents: readonly AgentView[], nowEpochMs: number): SiteStanding {
  const states = agents.map((agent) => stateOf(agent, nowEpochMs));
  const countOf = (state: AgentState) => states.filter((one) => one === state).length;
  const archived = agents.flatMap(({ lastArchivedAtEpochMs: at }) => at ?? []);
  return {
    ...{ site, agents: agents.length },
    counts: Object.fromEntries(agentStates.map((state) => [state, countOf(state)])) as SiteStanding["counts"],
    waitingTaps: agents.reduce((sum, { last }) => sum + (last?.report.outbox.taps ?? 0), 0),
    lastArchivedAtEpochMs: archived.length === 0 ? null : Math.max(...archived),
  };
}
