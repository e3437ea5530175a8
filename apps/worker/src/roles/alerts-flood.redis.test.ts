import { alertKeys } from "@tapline/adapters/redis";
import type { AgentReading } from "@tapline/core/kpi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../path.fixture.ts";
import { agentReport } from "./agent-report.fixture.ts";
import { openAlerts, rule, rulesOf, type TestAlerts } from "./alerts.fixture.ts";

const sites = 50;
const agentsPerSite = 200;
const all = sites * agentsPerSite;

let alerts: TestAlerts;

beforeEach(async () => {
  alerts = await openAlerts();
});
afterEach(() => alerts.end());

const fleet = (seenAgoMs: number): AgentReading[] =>
  Array.from({ length: all }, (_, i) => ({
    agent: `gate-${i}`,
    site: `site-${i % sites}`,
    last: { report: agentReport, seenAtEpochMs: Date.now() - seenAgoMs, reportEveryMs: null },
  }));

const count = async (where: object): Promise<number> => await alerts.prisma.alert.count({ where });

test("ten thousand breaches at once are an alert each, recorded once, each a consequence of its site's", async () => {
  const rules = rulesOf(1, [
    rule("site-away", "agents.offline", 100, "site"),
    rule("agent-away", "agents.offline", 0, "agent", { parent: "site-away" }),
    rule("busy", "taps.in_per_second", 10),
  ]);
  alerts.stores = async () => ({ fleet: fleet(0) });
  alerts.start(rules);
  await alerts.isWatched();
  const bytesBefore = process.memoryUsage().heapUsed;
  alerts.stores = async () => ({ fleet: fleet(600_000) });
  await until("the first are recorded", async () => (await count({})) > 0, 30_000);
  // What comes in the middle of it is not behind it.
  await alerts.report(200);
  await until("all are recorded", async () => (await count({})) === all + sites + 1, 120_000);
  expect(await count({ ruleId: "agent-away", state: "suppressed" })).toBe(all);
  expect(await count({ ruleId: "site-away", state: "active-unacknowledged" })).toBe(sites);
  const open = await alerts.desk.open();
  const groups = Map.groupBy(open, ({ group }) => group);
  for (const ofOne of groups.values()) expect(ofOne.filter(({ firstOut }) => firstOut)).toHaveLength(1);
  for (const { ruleId, scope, suppressedBy } of open)
    if (ruleId === "agent-away")
      expect(suppressedBy).toEqual({ ruleId: "site-away", scopeKey: `site=${scope.site}` });
  expect(process.memoryUsage().heapUsed - bytesBefore).toBeLessThan(400e6);

  alerts.stores = async () => ({ fleet: fleet(0) });
  await until(
    "all agents are back",
    async () => (await count({ ruleId: "agent-away", state: "normal" })) === all,
    120_000,
  );
  await until(
    "sites, too",
    async () => (await count({ ruleId: "site-away", state: "returned-unacknowledged" })) === sites,
    30_000,
  );
  const entries = await alerts.prisma.auditEntry.groupBy({
    by: ["action"],
    where: { action: { startsWith: "alert." } },
    _count: true,
  });
  const times = new Map(entries.map(({ action, _count }) => [action, _count]));
  expect(times.get("alert.raised")).toBe(all + sites + 1);
  expect(times.get("alert.returned")).toBe(all + sites + 1);
  await until("nothing is kept", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 0, 30_000);
}, 400_000);
