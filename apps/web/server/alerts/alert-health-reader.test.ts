import type { HealthTransition } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import { AlertHealthReader, barsOf } from "./alert-health-reader.ts";

const periodMs = 600_000;
const dayMs = 144 * periodMs;

function raised(atEpochMs: number, scopeKey = ""): HealthTransition {
  return {
    ...({ kind: "raised", to: "active-unacknowledged", severity: "warning" } as const),
    ...{ ruleId: "backlog-old", scopeKey, atEpochMs },
  };
}

/** A log that holds what it is given, and counts how often it is asked. */
function logOf(transitions: HealthTransition[], isWhole = true) {
  const log = {
    asked: 0,
    isAway: false,
    since: async () => {
      log.asked += 1;
      if (log.isAway) throw new Error("away");
      return { transitions, isWhole };
    },
    standingSince: async () => ({ alerts: [], count: 12 }),
  };
  return log;
}

test("every call within the span stands in one bar, and none from outside", () => {
  const from = 100 * periodMs;
  const calls = [from - 1, from, from + 1, from + 2 * periodMs, from + 2.5 * periodMs];
  expect(barsOf(calls, from, from + 2.5 * periodMs)).toEqual({
    ...{ startEpochMs: from, barMs: periodMs, counts: [2, 0, 1] },
  });
});

test("a day is told in 10 min, a week in hours, 30 days in quarters of days", () => {
  for (const [days, periods] of [
    [1, 1],
    [7, 6],
    [30, 36],
  ] as const) {
    const from = 100.7 * periodMs;
    const { barMs, counts } = barsOf([from], from, from + days * dayMs);
    expect(barMs).toBe(periods * periodMs);
    expect(counts.length).toBeLessThanOrEqual(169);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  }
});

test("where more is there than is read, the measures are of the time since the oldest that is", async () => {
  const now = 40 * dayMs;
  const reader = new AlertHealthReader(
    logOf([raised(now - 1_000), raised(now - periodMs)], false),
    () => now,
  );
  expect(await reader.read(dayMs, 2)).toMatchObject({
    ...{ isWhole: false, fromEpochMs: now - periodMs, untilEpochMs: now, operators: 2, annunciated: 2 },
    ...{ perOperatorPer10Min: { mean: 1, max: 1 } },
  });
});

test("ten of what chatters are named and all are counted, as what is stale is", async () => {
  const now = 40 * dayMs;
  const transitions = Array.from({ length: 36 }, (_, index) =>
    raised(now - 1_000 - index, `site=${index % 12}`),
  );
  const health = await new AlertHealthReader(logOf(transitions), () => now).read(dayMs, 1);
  expect(health.chattering).toHaveLength(10);
  expect(health.totals).toEqual({ chattering: 12, stale: 12 });
});

test("who asks within 10 s for the same span shares what was read, and a failure is not shared", async () => {
  let now = 40 * dayMs;
  const log = logOf([raised(now - 1_000)]);
  const reader = new AlertHealthReader(log, () => now);
  await Promise.all([reader.read(dayMs, 1), reader.read(dayMs, 3)]);
  expect(log.asked).toBe(1);
  now += 10_000;
  log.isAway = true;
  await expect(reader.read(dayMs, 1)).rejects.toThrow();
  log.isAway = false;
  expect((await reader.read(dayMs, 1)).annunciated).toBe(1);
  expect(log.asked).toBe(3);
});
