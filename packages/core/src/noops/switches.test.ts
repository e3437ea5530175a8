import { expect, test } from "vitest";
import { ruleOf } from "./decision.fixture.ts";
import { armedBy, formOf } from "./switches.ts";

const rule = ruleOf({ mode: "dry-run" });
const set = {
  by: "ada",
  atEpochMs: 1,
  reason: null,
  ruleId: rule.id,
  mode: "armed",
  form: formOf(rule),
} as const;

test("whoever armed a rule by hand has let it act, and nobody who armed another form of it", () => {
  const ada = { kind: "operator", id: "ada" };
  expect(armedBy(rule, { modes: [set] }, "operator/ben")).toEqual(ada);
  const ben = { kind: "operator", id: "ben" };
  expect(armedBy(rule, { modes: [{ ...set, form: "another" }] }, "operator/ben")).toEqual(ben);
  expect(armedBy(rule, { modes: [{ ...set, mode: "approval" }] }, "operator/ben")).toEqual(ben);
  expect(armedBy(rule, { modes: [{ ...set, ruleId: "other" }] }, "operator/ben")).toEqual(ben);
});

test("a rule that is armed as written was let act by who put the rules in force", () => {
  expect(armedBy(rule, { modes: [] }, "job/noops")).toEqual({ kind: "job", id: "noops" });
  expect(armedBy(rule, { modes: [] }, "operator/a/b")).toEqual({ kind: "operator", id: "a/b" });
  expect(armedBy(rule, { modes: [] }, "nobody")).toBeNull();
});
