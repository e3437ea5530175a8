import type { AgentReading, KpiReadings } from "@tapline/core/kpi";
import { beforeEach, expect, test } from "vitest";
import { agentReport } from "./agent-report.fixture.ts";
import { StoreReadings } from "./store-readings.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000];

/** The wall clock, which is set, and one that is not. */
let [nowEpochMs, steadyMs] = [0, 0];
let stores: Map<string, number>;
let readings: StoreReadings;

beforeEach(() => {
  [nowEpochMs, steadyMs] = [Date.UTC(2026, 10, 29, 12), 5_000];
  stores = new Map();
  const told = async (): Promise<KpiReadings> => ({
    fleet: [...stores].map(([agent, seenAtEpochMs]): AgentReading => {
      const reportEveryMs = agent.startsWith("hourly") ? hourMs : null;
      return { agent, site: "north", last: { report: agentReport, seenAtEpochMs, reportEveryMs } };
    }),
    restoreProvenAtEpochMs: 1,
  });
  readings = new StoreReadings(
    told,
    () => nowEpochMs,
    () => steadyMs,
  );
});

function pass(ms: number): void {
  nowEpochMs += ms;
  steadyMs += ms;
}

const report = (agent: string) => stores.set(agent, nowEpochMs);

function setClock(byMs: number): void {
  nowEpochMs += byMs;
  readings.distrust();
}

/** How long ago each agent reported, as it is evaluated, min. */
async function ages(): Promise<Record<string, number>> {
  await readings.take();
  const taken = readings.drain().at(-1);
  const { fleet = [] } = taken?.readings ?? {};
  return Object.fromEntries(
    fleet.map(({ agent, last }) => {
      const ageMs = (taken?.atEpochMs ?? Number.NaN) - (last?.seenAtEpochMs ?? Number.NaN);
      return [agent, Math.round(ageMs / minuteMs)];
    }),
  );
}

test.each([
  ["ahead", 5 * hourMs],
  ["back", -5 * hourMs],
  ["ahead by as much as it takes to be missed", 3 * minuteMs],
])("a clock that is set %s changes nobody's age, at whatever interval they report", async (_, byMs) => {
  for (const agent of ["hourly", "hourly-dead", "silent", "lively"]) report(agent);
  await ages();
  pass(30 * minuteMs);
  report("lively");
  expect(await ages()).toEqual({ hourly: 30, "hourly-dead": 30, silent: 30, lively: 0 });
  setClock(byMs);
  pass(minuteMs);
  report("lively");
  expect(await ages()).toEqual({ hourly: 31, "hourly-dead": 31, silent: 31, lively: 0 });
  pass(10 * minuteMs);
  expect(await ages()).toEqual({ hourly: 41, "hourly-dead": 41, silent: 41, lively: 10 });
  pass(3 * hourMs);
  report("hourly");
  expect(await ages()).toMatchObject({ hourly: 0, "hourly-dead": 221 });
});

test("of what stores name times of otherwise nothing is told for 3 min after a clock was set", async () => {
  await readings.take();
  expect(readings.drain()[0]?.readings.restoreProvenAtEpochMs).toBe(1);
  await readings.take();
  setClock(hourMs);
  expect(readings.drain()).toEqual([]);
  await readings.take();
  expect(Object.keys(readings.drain()[0]?.readings ?? {})).toEqual(["fleet"]);
  pass(3 * minuteMs);
  await readings.take();
  expect(readings.drain()[0]?.readings.restoreProvenAtEpochMs).toBe(1);
});

test("an agent that is seen first is judged by the stamp of its report", async () => {
  stores.set("gate", nowEpochMs - 7 * minuteMs);
  stores.set("of the future", nowEpochMs + 7 * minuteMs);
  expect(await ages()).toEqual({ gate: 7, "of the future": 7 });
});
