import type { KpiReadings } from "@tapline/core/kpi";
import { expect } from "vitest";
import { until } from "../path.fixture.ts";
import { agentReport } from "./agent-report.fixture.ts";
import { rule, rulesOf } from "./alerts.fixture.ts";
import { test } from "./alerts-test.fixture.ts";

const levels = (taps: number, seenAgoMs: number): KpiReadings => ({
  buffer: { taps, oldestAtEpochMs: null, bytes: 1, ceilingBytes: null },
  fleet: [
    {
      ...{ agent: "gate-1", site: "north" },
      last: { report: agentReport, seenAtEpochMs: Date.now() - seenAgoMs, reportEveryMs: null },
    },
  ],
});

test.concurrent("what a cause elsewhere explains calls nobody, also where a successor finds it standing, and calls once the cause is over and it stays", async ({
  alerts,
}) => {
  const rules = rulesOf(1, [
    rule("backlog", "backlog.taps", 100, "all", { suppressedBy: [{ rule: "away", holdMs: 1_000 }] }),
    rule("away", "agents.offline", 0, "agent"),
  ]);
  alerts.stores = async () => levels(5, 0);
  const first = alerts.start(rules);
  await alerts.isWatched();
  alerts.stores = async () => levels(5, 600_000);
  await alerts.becomes("away active-unacknowledged 1");
  alerts.stores = async () => levels(500, 600_000);
  await alerts.becomes("backlog suppressed 1", "away active-unacknowledged 1");
  first.die();
  alerts.start(rules);
  await alerts.isWatched();
  alerts.stores = async () => levels(500, 0);
  await alerts.becomes("backlog active-unacknowledged 1", "away returned-unacknowledged 1");

  const { alerts: listed } = await alerts.desk.list({}, 9);
  const [backlog, away] = listed;
  expect(backlog).toMatchObject({ group: away?.group, firstOut: false, suppressedBy: null });
  const steps = await alerts.desk.stepsOf(backlog?.id ?? "");
  expect(steps.map(({ action }) => action)).toEqual(["alert.raised", "alert.unsuppressed"]);
  expect(steps[0]).toMatchObject({ facts: { suppressedBy: "away agent=gate-1;site=north" } });
}, 120_000);

test.concurrent("what stays when its cause is over calls, also where the watch dies in between", async ({
  alerts,
}) => {
  const rules = rulesOf(1, [
    rule("backlog", "backlog.taps", 100, "all", { suppressedBy: [{ rule: "away", holdMs: 8_000 }] }),
    rule("away", "agents.offline", 0, "agent"),
  ]);
  alerts.stores = async () => levels(5, 600_000);
  const first = alerts.start(rules);
  await alerts.becomes("away active-unacknowledged 1");
  alerts.stores = async () => levels(500, 600_000);
  await alerts.becomes("backlog suppressed 1", "away active-unacknowledged 1");
  alerts.stores = async () => levels(500, 0);
  await alerts.becomes("backlog suppressed 1", "away returned-unacknowledged 1");
  first.die();
  alerts.start(rules);
  await alerts.becomes("backlog active-unacknowledged 1", "away returned-unacknowledged 1");
}, 120_000);

test.concurrent("what called before its cause was found calls no further, and its audit says why", async ({
  alerts,
}) => {
  alerts.stores = async () => levels(500, 0);
  alerts.start(
    rulesOf(1, [
      rule("backlog", "backlog.taps", 100, "all", { suppressedBy: [{ rule: "away" }] }),
      rule("away", "agents.offline", 0, "agent"),
    ]),
  );
  await alerts.becomes("backlog active-unacknowledged 1");
  alerts.stores = async () => levels(500, 600_000);
  await until(
    "it is suppressed",
    async () => (await alerts.states()).includes("backlog suppressed 1"),
    30_000,
  );
  const [backlog] = (await alerts.desk.list({ ruleId: "backlog" }, 1)).alerts;
  const [away] = (await alerts.desk.list({ ruleId: "away" }, 1)).alerts;
  expect(backlog?.suppressedBy).toEqual({ ruleId: "away", scopeKey: away?.scopeKey });
  expect(backlog?.group).toBe(away?.group);
  const steps = await alerts.desk.stepsOf(backlog?.id ?? "");
  expect(steps.map(({ action }) => action)).toEqual(["alert.raised", "alert.suppressed"]);
}, 120_000);
