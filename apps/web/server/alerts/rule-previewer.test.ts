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
