import { type Random, wholeBetween } from "@tapline/core/kernel";
import { type KpiScope, scopeKey } from "@tapline/core/kpi";

export type FloodAgent = { readonly agent: string; readonly site: string };
export type FloodReader = FloodAgent & { readonly reader: string };

/** What breaks at one moment, and what alerts are to come of it. */
export type FloodPlan = {
  readonly sites: readonly string[];
  /** Sites at which an alert of the site itself explains those of its agents. */
  readonly explained: readonly string[];
  /** Agents of which a reader fails: a breach each. */
  readonly agents: readonly FloodAgent[];
  /** Readers of these agents whose taps are refused: a breach each. */
  readonly readers: readonly FloodReader[];
  /** What tells when the watch knows the fleet: its reader has failed from the beginning. */
  readonly scout: FloodAgent;
  /** The alerts, by rule and scope; true where it is to be suppressed. */
  readonly expected: ReadonlyMap<string, boolean>;
};

/** By rule and scope, what there is to be one alert of. */
export const nameOf = (ruleId: string, key: string): string => `${ruleId} ${key}`;

export const floodRuleIds = { site: "flood-site", agent: "flood-agent", reader: "flood-reader" } as const;

const breachesPerExplained = 200;
const sitesPerExplained = 2;

/** Chooses where `breaches` breaches come about, in as many places. */
export function planFlood(breaches: number, random: Random): FloodPlan {
  const explainedCount = Math.floor(breaches / breachesPerExplained);
  const siteCount = Math.max(1, sitesPerExplained * explainedCount);
  const sites = Array.from({ length: siteCount }, (_, i) => `site-${i + 1}`);
  const first = wholeBetween(random, 0, siteCount - 1);
  const explained = Array.from(
    { length: explainedCount },
    (_, i) => sites[(first + i * sitesPerExplained) % siteCount] ?? "",
  );
  const agentCount = Math.ceil((breaches - explainedCount) / 2);
  const agents = Array.from({ length: agentCount }, (_, i) => ({
    agent: `flood-${i + 1}`,
    site: sites[i % siteCount] ?? "",
  }));
  const readers = Array.from({ length: breaches - explainedCount - agentCount }, () => {
    const on = agents[wholeBetween(random, 0, agentCount - 1)] ?? { agent: "", site: "" };
    return { ...on, reader: "" };
  }).map((on, i) => ({ ...on, reader: `reader-${i + 1}` }));
  const scout = { agent: "flood-scout", site: "site-of-scout" };
  return {
    sites,
    explained,
    agents,
    readers,
    scout,
    expected: alertsOf({ explained, agents, readers, scout }),
  };
}

function alertsOf({ explained, agents, readers, scout }: Omit<FloodPlan, "sites" | "expected">) {
  const expected = new Map<string, boolean>();
  const add = (ruleId: string, scope: KpiScope, isSuppressed = false): void =>
    void expected.set(nameOf(ruleId, scopeKey(scope)), isSuppressed);
  const isExplained = new Set(explained);
  for (const site of explained) add(floodRuleIds.site, { site });
  for (const { agent, site } of agents) add(floodRuleIds.agent, { site, agent }, isExplained.has(site));
  for (const { agent, site, reader } of readers) add(floodRuleIds.reader, { site, agent, reader });
  add(floodRuleIds.agent, scout);
  return expected;
}
