import { expect, test } from "vitest";
import { eventOf, figureText } from "./index.ts";
import { rule } from "./rule.fixture.ts";
import type { AlertSignal } from "./signal.ts";

const key = { ruleId: "backlog-old", scope: {}, scopeKey: "", atEpochMs: 9 };
const raise: AlertSignal = {
  ...{ kind: "raise", ...key, value: 125_000, limit: 60_000, breachedAtEpochMs: 5 },
  ...{ group: "g", firstOut: true, suppressedBy: null },
};

test("a raise carries what only its rule knows: severity, unit and the message with its figures", () => {
  expect(eventOf(raise, rule(), "ab".repeat(32))).toEqual({
    ...{ kind: "raise", ruleId: "backlog-old", release: "ab".repeat(32), scope: {}, severity: "warning" },
    ...{
      message: "The oldest tap waits for 2.08 min (limit 60 s)",
      unit: "ms",
      value: 125_000,
      limit: 60_000,
    },
    ...{ breachedAtEpochMs: 5, group: "g", firstOut: true, suppressedBy: null },
  });
});

test("nothing is raised by a rule that is gone, and what nobody watches any more says so when it ends", () => {
  expect(eventOf(raise, undefined, "")).toBeNull();
  const clear = { kind: "clear", ...key, value: null, peakValue: 7 } as const;
  expect(eventOf({ ...clear, because: "unwatched" }, undefined, "")).toEqual({
    ...{ kind: "clear", value: null, peakValue: 7, note: "nobody watches it any more" },
  });
  expect(eventOf({ ...clear, because: "in-order" }, rule(), "")).toMatchObject({ note: null });
  expect(eventOf({ ...clear, because: "idle" }, rule(), "")).toMatchObject({
    note: expect.stringContaining("too little happens to judge it by"),
  });
});

test.each([
  [null, "ms", "unknown"],
  [84, "ms", "84 ms"],
  [1_234, "ms", "1.23 s"],
  [5_400_000, "ms", "90 min"],
  [93_600_000, "ms", "26 h"],
  [0.99991, "ratio", "99.991 %"],
  [12, "taps/s", "12 taps/s"],
  [14.4321, "× the budget", "14.4 × the budget"],
])("%s %s reads %s", (value, unit, text) => {
  expect(figureText(value, unit)).toBe(text);
});
