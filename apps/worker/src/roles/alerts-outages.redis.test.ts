import { AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { alertKeys } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { expect } from "vitest";
import { until } from "../path.fixture.ts";
import { rule, rulesOf, type TestAlerts } from "./alerts.fixture.ts";
import { test } from "./alerts-test.fixture.ts";

const toldAs = async (alerts: TestAlerts, recorded: boolean): Promise<number> =>
  (await alerts.news()).filter((one) => one.is === "alerts" && one.recorded === recorded).length;

/** Cuts all connections to Redis but the test's own. */
const cutConnections = async (alerts: TestAlerts) =>
  void (await alerts.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));

test.concurrent.for(["away", "hangs"] as const)(
  "Redis comes back while PostgreSQL %s: alerts are told all the same, with the lease kept, and recorded once later",
  { timeout: 90_000 },
  async (state, { alerts }) => {
    alerts.start();
    alerts.start();
    await alerts.isWatched();
    const leader = await alerts.redis.get(alertKeys.leader);
    alerts.database = state;
    // Whoever watches cannot know any more what people did meanwhile, nor which rules are in force, and cannot ask.
    await cutConnections(alerts);
    await alerts.report(200);
    await until("it is told", async () => (await toldAs(alerts, false)) >= 1, 20_000);
    await until("its end, too", async () => (await toldAs(alerts, false)) >= 2, 20_000);
    await alerts.report(200);
    await until("and what comes next", async () => (await toldAs(alerts, false)) >= 3, 20_000);
    expect(await alerts.redis.get(alertKeys.leader)).toBe(leader);
    expect(await alerts.states()).toEqual([]);
    alerts.database = "answers";
    await alerts.becomes("busy returned-unacknowledged 2");
    const [alert] = await alerts.desk.open();
    expect((await alerts.desk.stepsOf(alert?.id ?? "")).map(({ action }) => action)).toEqual([
      "alert.raised",
      "alert.returned",
      "alert.raised",
      "alert.returned",
    ]);
    await until("nothing is kept", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 0);
    expect(alerts.lines.join()).toContain("which alert rules are in force cannot be asked");
  },
);

test.concurrent("rules that are released while PostgreSQL hangs for the watch count once it answers", async ({
  alerts,
}) => {
  alerts.start();
  await alerts.isWatched();
  const { id } = await alerts.raised();
  alerts.database = "hangs";
  const act = { actor: { kind: "operator", id: "ada" } as const, reason: "other names" };
  const others = rulesOf(2, [rule("crowded", "taps.in_per_second", 10)]);
  await new AlertRulesDesk(alerts.prisma, Date.now).release(others, act);
  await new AlertStreams(alerts.redis).publishRules(2);
  await until("it is asked in vain", () => alerts.lines.join().includes("in force cannot be asked"), 20_000);
  alerts.database = "answers";
  await until("the old one is over", async () => !(await alerts.desk.find(id)).active, 20_000);
  await alerts.report(200);
  await until(
    "the new one is raised",
    async () => (await alerts.states()).some((one) => one.startsWith("crowded active")),
    20_000,
  );
}, 90_000);

test.concurrent.for(["away", "hangs"] as const)(
  "a watch whose PostgreSQL %s cannot begin, says so, leaves the lease to others, and begins when it answers",
  { timeout: 60_000 },
  async (state, { alerts }) => {
    alerts.database = state;
    alerts.start();
    await until("it says so", () => alerts.lines.join().includes("cannot begin to watch"), 20_000);
    await until("the lease is free", async () => (await alerts.redis.get(alertKeys.leader)) === null);
    expect(await alerts.redis.get(alertKeys.cursor)).toBeNull();
    alerts.database = "answers";
    await alerts.isWatched();
    await alerts.raised();
  },
);

test.concurrent("what was kept and cannot be read is passed over, with a line in the log, and stays for who can read it", async ({
  alerts,
}) => {
  const first = alerts.start();
  await alerts.isWatched();
  alerts.database = "away";
  await alerts.report(200);
  await until("it is kept", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 1, 20_000);
  first.die();
  await alerts.redis.hset(alertKeys.unrecorded, {
    cut: '[[{"ruleId":"bu',
    newer: '[[{"ruleId":"busy","scopeKey":"","event":{"kind":"merge"},"context":{}}]]',
  });
  alerts.database = "answers";
  alerts.start();
  await alerts.becomes("busy returned-unacknowledged 1");
  await until("the rest is left", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 2);
  for (const name of ["cut", "newer"]) expect(alerts.lines.join()).toContain(`"name":"${name}"`);
}, 60_000);

test.concurrent("what Redis loses of what it was given to keep is given to it anew", async ({ alerts }) => {
  const first = alerts.start();
  await alerts.isWatched();
  alerts.database = "away";
  await alerts.report(200);
  await until("it is kept", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 1, 20_000);
  await alerts.redis.flushall();
  await until("it is kept again", async () => (await alerts.redis.hlen(alertKeys.unrecorded)) === 1, 20_000);
  first.die();
  alerts.database = "answers";
  alerts.start();
  await alerts.becomes("busy returned-unacknowledged 1");
}, 60_000);

test.concurrent("an act of a person while Redis restarts is seen, and alerts of before and after it go on, each once", async ({
  alerts,
}) => {
  alerts.start();
  await alerts.isWatched();
  const { id, rev } = await alerts.raised();
  await alerts.server.kill(async () => {
    const context = { atEpochMs: Date.now(), actor: { kind: "operator", id: "ada" } as const, seenRev: rev };
    void alerts.desk.act(id, { kind: "acknowledge", note: null }, context);
    await until("it is acknowledged", async () => (await alerts.desk.find(id)).acknowledgedAtEpochMs, 20_000);
  });
  await until("it is over", async () => (await alerts.desk.find(id)).state === "normal", 30_000);
  await alerts.report(200);
  await until("the next one", async () => (await alerts.desk.open()).length === 1, 30_000);
  await until("is over, too", async () => !(await alerts.desk.open())[0]?.active, 30_000);
  expect(await alerts.prisma.alert.count()).toBe(2);
  expect(await alerts.states()).toEqual(["busy returned-unacknowledged 1", "busy normal 1"]);
}, 90_000);
