import { expect, test } from "vitest";
import { breach, offline, watch } from "./alert.fixture.ts";
import { alertOfSite, newsBySite, openAlert, type Raise, ruleOfSites } from "./index.ts";
import { rule } from "./rule.fixture.ts";

const raised = (given: Partial<Raise> = {}) =>
  openAlert("01900000-0000-7000-8000-000000000001", { ...breach, ...given }, { atEpochMs: 1, actor: watch })
    .alert;

test("of an alert that is shown to those of its site nothing names another place", () => {
  const suppressedBy = { ruleId: "agent-offline", scopeKey: "agent=south-1;site=b" };
  const alert = alertOfSite(raised({ group: "agent-offline|agent=south-1;site=b|1", suppressedBy }));
  expect(JSON.stringify(alert)).not.toContain("south-1");
  expect(alert).toMatchObject({
    suppressedBy: { ruleId: "agent-offline", scopeKey: "" },
    state: "suppressed",
  });
  expect(alertOfSite(raised({ suppressedBy: offline })).suppressedBy).toEqual(offline);
  expect(alertOfSite(raised())).toEqual(raised());
});

test("a rule is told without the places that it is for and whom it calls", () => {
  const given = rule({
    ...{ kpi: "agents.offline", per: "agent", only: { site: ["south"] } },
    routing: [{ channels: ["night-shift"], sites: ["south"] }],
  });
  expect(ruleOfSites(given)).toEqual(rule({ kpi: "agents.offline", per: "agent" }));
});

test("news goes to the sites of its alerts, each what is its own, and what is of no site to none", () => {
  const [a, b, all] = [raised(), raised({ scope: { site: "b", agent: "x" } }), raised({ scope: {} })];
  const bySite = newsBySite({ is: "alerts", alerts: [a, b, all, a], recorded: true });
  expect([...bySite]).toEqual([
    ["a", { is: "alerts", alerts: [a, a], recorded: true }],
    ["b", { is: "alerts", alerts: [b], recorded: true }],
  ]);
  expect(newsBySite({ is: "rules", version: 2 }).size).toBe(0);
});
