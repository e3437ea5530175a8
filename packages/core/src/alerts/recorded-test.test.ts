import { expect, test } from "vitest";
import { alertTestsFormat, alertTestsSchema, runAlertTest } from "./index.ts";
import { rule } from "./rule.fixture.ts";

const given = {
  samples: [
    { at: "0s", kpi: "backlog.oldest_ms", value: 1 },
    { at: "10s", kpi: "backlog.oldest_ms", value: 90_000, every: "1s", until: "20s" },
    { at: "30s", kpi: "backlog.oldest_ms", value: 0 },
  ],
  until: "1m",
};

function run(expected: unknown[]) {
  const tests = alertTestsSchema.parse({
    ...{ format: alertTestsFormat, rules: "shipped" },
    tests: [{ name: "a series", ...given, expect: expected }],
  });
  const [first] = tests.tests;
  if (first === undefined) throw new Error("no test");
  return runAlertTest([rule({ onDelayMs: 5_000 })], first);
}

test("a series passes where exactly what is expected happens, and when", () => {
  const message = "The oldest tap waits for 90 s (limit 60 s)";
  const right = [
    { at: "15s", raise: "backlog-old", message },
    { at: "30s", clear: "backlog-old" },
  ];
  expect(run(right)).toEqual({ name: "a series", unexpected: [], missing: [] });
});

test("what was not to happen, what did not, and what was said otherwise, is told", () => {
  expect(
    run([
      { at: "15s", raise: "backlog-old", message: "Help" },
      { at: "31s", clear: "backlog-old" },
    ]),
  ).toEqual({
    name: "a series",
    unexpected: ["clear backlog-old at 30s"],
    missing: [
      'raise backlog-old at 15s, saying "Help"; it says "The oldest tap waits for 90 s (limit 60 s)"',
      "clear backlog-old at 31s",
    ],
  });
});

test("a series that never ends is refused, and so is an expectation of two things", () => {
  const expectation = { at: "1s", raise: "a", clear: "b" };
  expect(() => run([expectation])).toThrow(/one of raise/);
  const endless = {
    ...given,
    samples: [{ at: "0s", kpi: "backlog.taps", value: 1, every: "1ms", until: "1d" }],
  };
  const tests = alertTestsSchema.parse({
    ...{ format: alertTestsFormat, rules: "shipped" },
    tests: [{ name: "endless", ...endless, expect: [] }],
  });
  const [first] = tests.tests;
  expect(() => first && runAlertTest([], first)).toThrow(/more than 100000 samples/);
});
