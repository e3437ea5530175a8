import { AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { alertKeys } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import type { KpiReadings } from "@tapline/core/kpi";
import { expect } from "vitest";
import { until } from "../path.fixture.ts";
import { agentReport } from "./agent-report.fixture.ts";
import { rule, rulesOf } from "./alerts.fixture.ts";
import { test } from "./alerts-test.fixture.ts";

test.concurrent("a breach is recorded, told, and its end, too, though nothing more comes in", async ({
  alerts,
}) => {
  alerts.start();
  await alerts.isWatched();
  const alert = await alerts.raised();
  expect(alert).toMatchObject({
    message: "40 taps/s come in",
    severity: "warning",
    limit: 10,
    firstOut: true,
  });
  await alerts.becomes("busy returned-unacknowledged 1");
  await until("all is told", async () => (await alerts.news()).length === 3);
  expect(await alerts.news()).toMatchObject([
    { is: "alerts", recorded: false, alerts: [{ id: alert.id, rev: 1 }] },
    { is: "alerts", recorded: true, alerts: [{ id: alert.id, rev: 1 }] },
    { is: "alerts", recorded: true, alerts: [{ id: alert.id, rev: 2, active: false }] },
  ]);
  expect((await alerts.desk.stepsOf(alert.id)).map(({ action }) => action)).toEqual([
    "alert.raised",
    "alert.returned",
  ]);
}, 60_000);

test.concurrent("who takes over after a sudden end raises what came meanwhile, once, and ends what stood", async ({
  alerts,
}) => {
  const first = alerts.start();
  await alerts.isWatched();
  await alerts.report(200);
  await alerts.becomes("busy active-unacknowledged 1");
  first.die();
  await alerts.report(200);
  alerts.start();
  await alerts.becomes("busy returned-unacknowledged 1");
  await alerts.report(200);
  await alerts.becomes("busy active-unacknowledged 2");
  expect(await alerts.prisma.alert.count()).toBe(1);
}, 60_000);

test.concurrent("while PostgreSQL is away it is told as not recorded; then it is recorded once, also by a successor", async ({
  alerts,
}) => {
  const first = alerts.start();
  await alerts.isWatched();
  alerts.database = "away";
  await alerts.report(200);
  await until("it is told", async () => (await alerts.news()).length > 0, 20_000);
  expect((await alerts.news())[0]).toMatchObject({ is: "alerts", recorded: false, alerts: [{ rev: 1 }] });
  await until("it is kept", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 1);
  first.die();
  alerts.database = "answers";
  alerts.start();
  await alerts.becomes("busy returned-unacknowledged 1");
  await until("nothing is kept", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 0);
  expect((await alerts.news()).at(-1)).toMatchObject({ recorded: true });
}, 60_000);

test.concurrent("a shelf that an operator made ends with its time", async ({ alerts }) => {
  alerts.start();
  await alerts.isWatched();
  const { id } = await alerts.raised();
  const context = { atEpochMs: Date.now(), actor: { kind: "operator", id: "ada" } as const, seenRev: 1 };
  const untilEpochMs = Date.now() + 1_500;
  await alerts.desk.act(id, { kind: "shelve", mode: "timed", untilEpochMs, note: "works" }, context);
  await until("the shelf is over", async () => (await alerts.desk.find(id)).shelf === null, 20_000);
  const steps = await alerts.desk.stepsOf(id);
  expect(steps.map(({ action }) => action)).toContain("alert.shelf-expired");
}, 60_000);

test.concurrent("with all of Redis lost, what stands in PostgreSQL is watched on", async ({ alerts }) => {
  alerts.start();
  await alerts.isWatched();
  await alerts.raised();
  await alerts.redis.flushall();
  await alerts.becomes("busy returned-unacknowledged 1");
  await alerts.report(200);
  await alerts.becomes("busy active-unacknowledged 2");
}, 60_000);

test.concurrent("other rules count once they are released, and what none of them watches is over", async ({
  alerts,
}) => {
  alerts.stores = async () => ({
    buffer: { taps: 500, oldestAtEpochMs: null, bytes: 1, ceilingBytes: null },
  });
  alerts.start();
  await alerts.isWatched();
  const { id } = await alerts.raised();
  const act = { actor: { kind: "operator", id: "ada" } as const, reason: "other names" };
  const others = [rule("crowded", "taps.in_per_second", 10), rule("backlog", "backlog.taps", 100)];
  await new AlertRulesDesk(alerts.prisma, Date.now).release(rulesOf(2, others), act);
  await new AlertStreams(alerts.redis).publishRules(2);
  await until("the old one is over", async () => !(await alerts.desk.find(id)).active, 20_000);
  expect((await alerts.desk.stepsOf(id)).at(-1)?.reason).toBe("nobody watches it any more");
  const isRaised = async () => (await alerts.desk.list({ ruleId: "backlog" }, 1)).alerts.length === 1;
  await until("what stood already is told to the new rules", isRaised, 20_000);
  await alerts.report(400);
  await until(
    "the new one is raised",
    async () => (await alerts.states()).some((one) => one.startsWith("crowded")),
    20_000,
  );
}, 60_000);

test.concurrent("levels that stores tell raise alerts and end them; stores that fail stop nothing", async ({
  alerts,
}) => {
  const levels = (taps: number, seenAgoMs: number): KpiReadings => ({
    buffer: { taps, oldestAtEpochMs: null, bytes: 1, ceilingBytes: null },
    fleet: [
      {
        agent: "gate-1",
        site: "north",
        last: { report: agentReport, seenAtEpochMs: Date.now() - seenAgoMs, reportEveryMs: null },
      },
    ],
  });
  alerts.stores = async () => levels(5, 0);
  const [backlog, away] = [rule("backlog", "backlog.taps", 100), rule("away", "agents.offline", 0, "agent")];
  alerts.start(rulesOf(1, [rule("busy", "taps.in_per_second", 10), backlog, away]));
  await alerts.isWatched();
  alerts.stores = async () => levels(500, 600_000);
  await until("both are raised", async () => (await alerts.desk.open()).length === 2, 20_000);
  expect((await alerts.desk.open()).map(({ ruleId, scopeKey, value }) => [ruleId, scopeKey, value])).toEqual(
    expect.arrayContaining([
      ["backlog", "", 500],
      ["away", "agent=gate-1;site=north", 1],
    ]),
  );
  alerts.stores = () => Promise.reject(new Error("away"));
  await alerts.report(200);
  await until(
    "busy is raised",
    async () => (await alerts.desk.list({ ruleId: "busy" }, 1)).alerts.length === 1,
    20_000,
  );
  expect(await alerts.desk.list({ states: ["active-unacknowledged"] }, 9)).toMatchObject({
    alerts: { length: 3 },
  });
  alerts.stores = async () => levels(5, 0);
  const isActive = async () =>
    (await alerts.desk.open()).filter(({ active, ruleId }) => active && ruleId !== "busy");
  await until("both are over", async () => (await isActive()).length === 0, 20_000);
}, 90_000);

test.concurrent("availability from before its start counts, once, also where no store tells levels", async ({
  alerts,
}) => {
  // The first of its minute: an alert tells the figure with which it began.
  await alerts.report(3_000);
  alerts.stores = () => Promise.reject(new Error("away"));
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const span = (agoMinutes: number) => ({
    ...{ scope: {}, startEpochMs: minute - agoMinutes * 60_000, resolutionMs: 60_000, times: {}, levels: {} },
    counts: { "tap.ingested": 1_000, "tap.turned_away": 500 },
  });
  await new KpiSpans(alerts.prisma).keepMinutes([span(50), span(40)], null, "1-0");
  alerts.start(rulesOf(1, [rule("burning", "availability.burn_rate_1h", 1)]));
  await alerts.becomes("burning active-unacknowledged 1");
  // Of 6,000 taps that were offered 1,000 were turned away, of which one in 100,000 may be.
  expect((await alerts.desk.open())[0]?.value).toBeCloseTo(1_000 / 6_000 / 0.00001, 0);
}, 60_000);
