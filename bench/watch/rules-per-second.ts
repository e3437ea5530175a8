import { type AlertRule, alertRuleSchema, RuleEngine } from "@tapline/core/alerts";
import { type KpiId, kpiCatalog, kpiIds } from "@tapline/core/kpi";

const ruleCount = 1_000;
const siteCount = 500;
/** Between two rounds of samples, by the clock that the engine is handed. */
const roundMs = 1_000;
const silenceMs = 60_000;
const firstEpochMs = 1_790_000_000_000;

/** KPIs that are kept for each site. */
const kpis = kpiIds.filter((id) => kpiCatalog[id].scopes.includes("site"));

/**
 * 1,000 rules on each of 500 sites: limits, changes over 10 s, and silence. In each round every KPI of every site has a new
 * sample; at last nobody knows any of them. Who is raised and cleared is worked out beside it by comparing two values.
 * @returns evaluations (one rule by one sample) per second of CPU of one core
 */
export function rulesPerCpuS(rounds: number, faults: string[]): number {
  const rules = makeRules();
  const refused: string[] = [];
  const options = {
    maxWatches: ruleCount * siteCount,
    onRefused: ({ kpi }: { kpi: KpiId }) => void refused.push(kpi),
  };
  const engine = new RuleEngine(rules, options, firstEpochMs);
  const found = { raise: 0, clear: 0 };
  // The first round begins all watches, as the first minute of an installation does; it is not timed.
  takeRound(engine, 0, found);
  const before = process.cpuUsage();
  for (let round = 1; round <= rounds; round++) takeRound(engine, round, found);
  const { user, system } = process.cpuUsage(before);
  fallSilent(engine, atOf(rounds), found);
  const expected = expectedOf(rules, rounds);
  if (engine.watches !== ruleCount * siteCount || refused.length > 0)
    faults.push(`${engine.watches} instead of ${ruleCount * siteCount} rules of sites are watched`);
  for (const kind of ["raise", "clear"] as const)
    if (found[kind] !== expected[kind])
      faults.push(`rules said ${kind} ${found[kind]} instead of ${expected[kind]} times`);
  return (rounds * ruleCount * siteCount) / ((user + system) / 1e6);
}

/** Of ten: eight limits, one change, one silence. Limits lie high, so that few of the values are beyond them. */
function makeRules(): AlertRule[] {
  return Array.from({ length: ruleCount }, (_, i) =>
    alertRuleSchema.parse({
      id: `rule-${i}`,
      kpi: kpis[i % kpis.length],
      per: "site",
      condition: conditionOf(Math.floor(i / kpis.length) % 10, i),
      severity: "warning",
      message: "{site}: {value} (limit {limit})",
      runbook: "docs/runbooks.md#bench",
      card: { cause: "a bench", consequence: "none", action: "none", respondWithinMinutes: 30 },
    }),
  );
}

function conditionOf(kind: number, i: number): object {
  if (kind === 8) return { kind: "rate-of-change", limit: { above: 1_000 }, windowMs: 10_000 };
  if (kind === 9) return { kind: "absence", afterMs: silenceMs };
  return { kind: "threshold", limit: { above: 90 + ((i * 7_919) % 1_000) / 100 } };
}

function takeRound(engine: RuleEngine, round: number, found: Record<"raise" | "clear", number>): void {
  const atEpochMs = atOf(round);
  for (let site = 0; site < siteCount; site++)
    for (const [i, kpi] of kpis.entries()) {
      const sample = { kpi, scope: { site: `site-${site}` }, atEpochMs, value: valueAt(round, site, i) };
      for (const { kind } of engine.take(sample, atEpochMs)) found[kind]++;
    }
}

/** From then on no value is known. Comes whenever the engine asks for it: who comes late is taken for a clock that was set. */
function fallSilent(engine: RuleEngine, atEpochMs: number, found: Record<"raise" | "clear", number>): void {
  for (let site = 0; site < siteCount; site++)
    for (const kpi of kpis) {
      const sample = { kpi, scope: { site: `site-${site}` }, atEpochMs, value: null };
      for (const { kind } of engine.take(sample, atEpochMs)) found[kind]++;
    }
  const untilEpochMs = atEpochMs + silenceMs;
  for (let due = engine.dueEpochMs; due !== null && due <= untilEpochMs; due = engine.dueEpochMs)
    for (const { kind } of engine.tick(due)) found[kind]++;
}

const atOf = (round: number): number => firstEpochMs + round * roundMs;

/** 0 to 99.9, the same in every run. */
function valueAt(round: number, site: number, kpi: number): number {
  return ((round * 104_729 + site * 7_919 + kpi * 1_299_709) % 1_000) / 10;
}

/** What is raised and cleared by limits in the rounds, and by silence after them. */
function expectedOf(rules: readonly AlertRule[], rounds: number): { raise: number; clear: number } {
  const expected = { raise: 0, clear: 0 };
  for (const { kpi, condition } of rules) {
    if (condition.kind !== "threshold" || !("above" in condition.limit)) continue;
    const limit = condition.limit.above;
    const i = kpis.indexOf(kpi);
    for (let site = 0; site < siteCount; site++)
      for (let round = 0, was = false; round <= rounds; round++) {
        const is = valueAt(round, site, i) > limit;
        if (is && !was) expected.raise++;
        if (was && !is) expected.clear++;
        was = is;
      }
  }
  const silences = rules.filter(({ condition }) => condition.kind === "absence").length;
  expected.raise += silences * siteCount;
  return expected;
}
