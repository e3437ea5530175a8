import { parseAlertRules } from "@tapline/core/alerts";
import { seededRandom } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { planFlood } from "./plan.ts";
import { floodRules } from "./rules.ts";

test.each([1, 2, 199, 200, 10_000])("plans an alert for each of %i breaches, and the scout's", (breaches) => {
  const plan = planFlood(breaches, seededRandom(3));
  expect(plan.expected.size).toBe(breaches + 1);
  expect(plan.explained).toHaveLength(Math.floor(breaches / 200));
  expect(new Set(plan.explained).size).toBe(plan.explained.length);
  const ofExplained = plan.agents.filter(({ site }) => plan.explained.includes(site));
  expect([...plan.expected.values()].filter(Boolean)).toHaveLength(ofExplained.length);
  expect(() => parseAlertRules(floodRules(plan))).not.toThrow();
});

test("a seed fixes where they come about", () => {
  const [one, same, other] = [3, 3, 4].map((seed) => [
    ...planFlood(1_000, seededRandom(seed)).expected.keys(),
  ]);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});
