import { setTimeout as sleep } from "node:timers/promises";
import type { KpiReadings } from "@tapline/core/kpi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { until } from "../path.fixture.ts";
import { agentReport } from "./agent-report.fixture.ts";
import { openAlerts, rule, rulesOf, type TestAlerts } from "./alerts.fixture.ts";

const hourMs = 3_600_000;

/** What is breached at once, what a minute later, and what agents are that nobody has heard of for 3 min. */
const rules = rulesOf(1, [
  rule("busy", "taps.in_per_second", 10),
  rule("busy-long", "taps.in_per_second", 10, "all", { onDelayMs: 60_000 }),
  rule("away", "agents.offline", 0, "agent"),
]);

let alerts: TestAlerts;

beforeEach(async () => {
  alerts = await openAlerts();
  alerts.stores = async () => heardNow(realNow());
});
afterEach(async () => {
  vi.useRealTimers();
  await alerts.end();
});

const realNow = () => Math.round(performance.timeOrigin + performance.now());

const heardNow = (seenAtEpochMs: number): KpiReadings => ({
  fleet: Array.from({ length: 50 }, (_, i) => ({
    ...{ agent: `gate-${i}`, site: "north" },
    last: { report: agentReport, seenAtEpochMs, reportEveryMs: null },
  })),
});

const busy = async (): Promise<string[]> =>
  (await alerts.states()).filter((one) => !one.startsWith("busy-long"));

/** Taps come in for so long, more than may be. */
async function flow(ms: number): Promise<void> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(500))
    await alerts.report(200);
}

async function shelved(): Promise<string> {
  const { id, rev } = await alerts.raised();
  const atEpochMs = realNow();
  const context = { atEpochMs, actor: { kind: "operator", id: "ada" } as const, seenRev: rev };
  const untilEpochMs = atEpochMs + 2 * hourMs;
  await alerts.desk.act(id, { kind: "shelve", mode: "timed", untilEpochMs, note: "works" }, context);
  return id;
}

test.each([
  ["ahead", 3 * hourMs],
  ["behind", -3 * hourMs],
])(
  "clocks of processes that jump 3 h %s mean nothing: no alert comes or goes of it, shelves and delays stand",
  async (_where, byMs) => {
    alerts.start(rules);
    await alerts.isWatched();
    const id = await shelved();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + byMs });
    await flow(8_000);
    expect((await alerts.desk.find(id)).shelf).not.toBeNull();
    expect(await alerts.states()).toEqual(["busy shelved 1"]);
    await until("it is over", async () => !(await alerts.desk.find(id)).active, 30_000);
    vi.useRealTimers();
    await flow(3_000);
    await until("it comes again", async () => (await alerts.desk.find(id)).occurrences === 2, 30_000);
    const { raisedAtEpochMs } = await alerts.desk.find(id);
    expect(Math.abs(realNow() - raisedAtEpochMs)).toBeLessThan(60_000);
    expect(await alerts.states()).toEqual(["busy shelved 2"]);
  },
  90_000,
);

test("the clock of Redis that is set ahead, and back: no storm, delays go on, shelves end by it, and what comes is raised", async () => {
  alerts.start(rules);
  await alerts.isWatched();
  const id = await shelved();
  await flow(3_000);
  alerts.setByMs = 3 * hourMs;
  await flow(8_000);
  await until("the shelf is over", async () => (await alerts.desk.find(id)).shelf === null, 30_000);
  expect((await alerts.states()).filter((one) => !one.startsWith("busy "))).toEqual([]);
  await until("it is over", async () => !(await alerts.desk.find(id)).active, 30_000);
  const { occurrences } = await alerts.desk.find(id);
  expect(occurrences).toBe(1);
  await alerts.report(200);
  await until(
    "it comes again",
    async () => (await alerts.desk.find(id)).occurrences === occurrences + 1,
    30_000,
  );
  // Put back: stamps stand where they were until the clock is there again.
  alerts.setByMs = 0;
  await until("it is over again", async () => !(await alerts.desk.find(id)).active, 30_000);
  await alerts.report(200);
  await until(
    "it comes once more",
    async () => (await alerts.desk.find(id)).occurrences === occurrences + 2,
    30_000,
  );
  expect(await busy()).toHaveLength(1);
  expect(alerts.lines.filter((line) => line.includes("the clock of Redis was set"))).toHaveLength(2);
}, 150_000);
