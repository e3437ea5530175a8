import { expect, test } from "vitest";
import { scopeKey } from "../kpi/index.ts";
import { breach, person, watch } from "./alert.fixture.ts";
import { AlertBook, parseUnrecorded, type ToldEvent, unrecordedText } from "./index.ts";

const place = { ruleId: breach.ruleId, scopeKey: scopeKey(breach.scope) };
const raised: ToldEvent = {
  ...place,
  event: { kind: "raise", ...breach },
  context: { atEpochMs: 7, actor: watch },
};
const over: ToldEvent = {
  ...place,
  event: { kind: "clear", value: 1, peakValue: 20, note: null },
  context: { atEpochMs: 9, actor: watch },
};

test("what a watch kept is told anew as it was", () => {
  const book = new AlertBook([]);
  expect(book.takeOver(parseUnrecorded(unrecordedText([[raised], [over]])))).toHaveLength(2);
  expect(book.takeWrites()).toMatchObject([{ baseRev: 0, alert: place }]);
});

test.each<[string, object]>([
  ["the name of a person", { context: { atEpochMs: 7, actor: person("ada") } }],
  ["a time before 1970", { event: { ...raised.event, breachedAtEpochMs: -1 } }],
  ["a time that no id can name", { event: { ...raised.event, breachedAtEpochMs: 2 ** 48 } }],
  ["another rule than its breach is of", { ruleId: "another" }],
  ["another place than its breach is of", { scopeKey: "" }],
  ["a name that no rule can have", { ruleId: "x".repeat(70_000) }],
  ["a note that no audit entry has room for", { event: { ...over.event, note: "x".repeat(70_000) } }],
])(
  "what was written into Redis with %s is none, so that it keeps nothing else from being recorded",
  (_, wrong) => {
    const text = JSON.stringify([[{ ...raised, ...wrong }]]);
    expect(() => parseUnrecorded(text)).toThrow();
  },
);
