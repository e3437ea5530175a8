import type { AgentReading } from "@tapline/core/kpi";
import type { AgentReport } from "@tapline/core/tap";
import { expect, test } from "vitest";
import { fleetText } from "./fleet-text.ts";
import { fleetStanding } from "./read-fleet.ts";

const now = 1_800_000_000_000;
const minuteMs = 60_000;

function agent(name: string, silentMs: number | null, reportEveryMs: number | null = null): AgentReading {
  // What it reported does not matter here.
  const report = {} as AgentReport;
  const last = silentMs === null ? null : { report, seenAtEpochMs: now - silentMs, reportEveryMs };
  return { agent: name, site: "north", last };
}

test("an agent is silent after three intervals of its own reports", () => {
  const fleet = [
    ...[agent("gate-1", 3 * minuteMs + 1), agent("gate-2", 2 * minuteMs)],
    ...[agent("hourly", 170 * minuteMs, 60 * minuteMs), agent("gate-3", null)],
  ];
  const standing = fleetStanding(fleet, now);
  expect([standing.known, standing.online]).toEqual([4, 2]);
  expect(fleetText(standing, now)).toBe(
    "2 of 4 online; north/gate-1 silent for 3 min, north/gate-3 never heard of",
  );
});

test("of many silent ones three are named, those that were heard last", () => {
  const fleet = Array.from({ length: 50 }, (_, n) => agent(`gate-${n}`, (10 + n) * minuteMs));
  expect(fleetText(fleetStanding(fleet, now), now)).toMatch(
    /^0 of 50 online; north\/gate-0 silent for 10 min, .*gate-2 silent for 12 min, 47 others silent$/,
  );
  expect(fleetText(fleetStanding([], now), now)).toBe("none yet");
});
