import { expect, test } from "vitest";
import { ruleOf } from "./decision.fixture.ts";
import { noopsTestsSchema, runNoopsTest } from "./recorded-test.ts";
import { parseNoopsRules } from "./release.ts";
import { noopsRulesFormat } from "./rule.ts";

const rules = parseNoopsRules({ format: noopsRulesFormat, version: 1, rules: [ruleOf({ mode: "dry-run" })] });
const [series] = noopsTestsSchema.parse({
  format: "tapline-noops-tests/1",
  rules: "shipped",
  tests: [
    {
      ...{ name: "one", replicas: { validation: 2 }, until: "5s" },
      evidence: [{ at: "2s", name: 'wish("validation").replicas', value: 3 }],
      expect: [
        { at: "2s", rule: "scale-up", does: "scale validation/blue from 2 to 3 replicas" },
        { at: "4s", rule: "scale-up", does: "scale validation/blue from 3 to 4 replicas" },
      ],
    },
  ],
}).tests;

test("a series is played as if rules were armed, and what is not as expected is told", () => {
  expect(runNoopsTest(rules, series!)).toEqual({
    ...{ name: "one", unexpected: [] },
    missing: ["scale-up at 4s: scale validation/blue from 3 to 4 replicas"],
  });
  expect(runNoopsTest(rules, { ...series!, expect: [] }).unexpected).toEqual([
    "scale-up at 2s: scale validation/blue from 2 to 3 replicas",
  ]);
  expect(() => runNoopsTest(rules, { ...series!, until: 1e9 })).toThrow("goes on for more than");
});
