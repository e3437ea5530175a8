import { type AgentState, agentStates } from "../../client/agent-state.ts";
import { language } from "../../strings/locale.ts";
import { compareStandings, type Standing } from "./agent-standing.ts";
import { calls } from "./agent-words.ts";

/** The agents of a site, as far as they are looked at. */
export interface SiteStanding {
  site: string;
  counts: Readonly<Record<AgentState, number>>;
  /** Of how many something calls for somebody. */
  calling: number;
  /** The one that is worst. */
  worst: Standing;
  /** Taps that wait in outboxes, as they were reported. */
  waitingTaps: number;
}

/** Sites, the worst first: by the worst of their agents, then by how many call for somebody, then by name. */
export function sitesOf(standings: readonly Standing[]): SiteStanding[] {
  const bySite = Map.groupBy(standings, ({ agent }) => agent.site);
  return [...bySite].map(([site, of]) => siteOf(site, of)).toSorted(compareSites);
}

function siteOf(site: string, standings: readonly Standing[]): SiteStanding {
  const [worst] = standings.toSorted(compareStandings);
  if (worst === undefined) throw new Error(`the site ${site} has no agent`);
  const countOf = (state: AgentState) => standings.filter((one) => one.state === state).length;
  return {
    ...{ site, worst },
    counts: Object.fromEntries(agentStates.map((state) => [state, countOf(state)])) as Record<
      AgentState,
      number
    >,
    calling: standings.filter(({ troubles }) => troubles.some(calls)).length,
    waitingTaps: standings.reduce((sum, { agent }) => sum + (agent.last?.report.outbox.taps ?? 0), 0),
  };
}

const byName = new Intl.Collator(language, { numeric: true });

function compareSites(a: SiteStanding, b: SiteStanding): number {
  return compareTroubles(a.worst, b.worst) || b.calling - a.calling || byName.compare(a.site, b.site);
}

/** What stands first among agents, whatever they are called. */
const compareTroubles = (a: Standing, b: Standing): number =>
  compareStandings({ ...a, agent: { ...a.agent, id: "" } }, { ...b, agent: { ...b.agent, id: "" } });
