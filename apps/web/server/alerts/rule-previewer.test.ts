import { defaultAlertRules } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import { RulePreviewer } from "./rule-previewer.ts";

test("a third preview at a time is refused, and a later one is not", async () => {
  const [rule] = defaultAlertRules.rules;
  if (rule === undefined) throw new Error("no rules are shipped");
  const told = { ruleId: rule.id } as never;
  const waiting = [Promise.withResolvers<never>(), Promise.withResolvers<never>()];
  const answers = [...waiting.map(({ promise }) => promise), Promise.resolve(told)];
  const previewer = new RulePreviewer({
    preview: () => answers.shift() ?? Promise.reject(new Error("none")),
  });
  const [first, second] = [previewer.preview(rule, 1), previewer.preview(rule, 1)];
  await expect(previewer.preview(rule, 1)).rejects.toMatchObject({ code: "overloaded" });
  waiting[0]?.reject(new Error("away"));
  await expect(first).rejects.toMatchObject({ code: "unavailable" });
  expect(await previewer.preview(rule, 1)).toBe(told);
  waiting[1]?.resolve(told);
  expect(await second).toBe(told);
});

test("steps that are shorter than those of history are not previewed: each minute would be as many of them for each scope", async () => {
  const [shipped] = defaultAlertRules.rules;
  if (shipped === undefined) throw new Error("no rules are shipped");
  const previewer = new RulePreviewer({ preview: async () => ({ ruleId: "anomaly" }) as never });
  const withSteps = (stepMs: number) => {
    const condition = { kind: "anomaly", side: "both", deviations: 3, stepMs, seasonSteps: 96 } as const;
    return previewer.preview({ ...shipped, condition: { ...condition, minDifference: 0, deadBand: 0 } }, 1);
  };
  await expect(withSteps(59_999)).rejects.toMatchObject({ code: "invalid-input" });
  expect(await withSteps(60_000)).toEqual({ ruleId: "anomaly" });
});
