import type { Alert } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import { judgeRecord, judgeStanding } from "./judge.ts";
import type { RecordedAlert } from "./record.ts";

const expected = new Map([
  ["r a", false],
  ["r b", true],
]);

const cause = { ruleId: "cause", scopeKey: "" };
const alertOf = (scopeKey: string, more: Partial<Alert> = {}) =>
  ({ ruleId: "r", scopeKey, suppressedBy: null, ...more }) as Alert;

const overOf = (scopeKey: string, more: Partial<Alert> = {}, actions?: string[]): RecordedAlert => ({
  alert: alertOf(scopeKey, { rev: 2, occurrences: 1, active: false, state: "normal", ...more }),
  actions: actions ?? ["alert.raised", "alert.returned"],
});

test("finds nothing where each breach has its alert, calling or suppressed as it is to be", () => {
  expect(judgeStanding([alertOf("a"), alertOf("b", { suppressedBy: cause })], { expected })).toEqual([]);
  expect(judgeRecord([overOf("a", { state: "returned-unacknowledged" }), overOf("b")], { expected })).toEqual(
    [],
  );
});

test("names what is missing, doubled, of no breach, and wrongly suppressed", () => {
  const alerts = [alertOf("b"), alertOf("b", { suppressedBy: cause }), alertOf("c")];
  expect(judgeStanding(alerts, { expected })).toEqual([
    "1 without an alert: r a",
    "1 alerts of no breach: r c",
    "1 with several alerts: r b",
    "1 suppressed and not to be, or the other way round: r b",
  ]);
});

test("names what is lost, doubled, raised again, not over, stuck, and without its entries", () => {
  const recorded = [
    overOf("b", { occurrences: 2 }),
    overOf("b", { active: true, state: "suppressed" }, ["alert.raised", "alert.acknowledged"]),
    overOf("b", { rev: 3 }),
  ];
  expect(judgeRecord(recorded, { expected })).toEqual([
    "1 lost: r a",
    "1 doubled: r b",
    "1 raised more than once: r b (normal)",
    "1 still active: r b (suppressed)",
    "1 stuck: r b (suppressed)",
    "1 with another number of entries than steps: r b (normal)",
    "1 whose entries do not tell one raise and one return: r b (suppressed)",
  ]);
});
