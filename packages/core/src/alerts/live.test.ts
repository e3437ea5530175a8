import { expect, test } from "vitest";
import { breach, watch } from "./alert.fixture.ts";
import { alertNewsSchema, openAlert } from "./index.ts";

test("news of an alert that no watch can have told are none: PostgreSQL could not even be asked for it", () => {
  const id = "01936f2b-7a00-7000-8000-000000000001";
  const { alert } = openAlert(id, breach, { atEpochMs: 7, actor: watch });
  const isNews = (given: object) =>
    alertNewsSchema.safeParse({ is: "alerts", alerts: [{ ...alert, ...given }], recorded: true }).success;
  expect(isNews({})).toBe(true);
  for (const wrong of [{ ruleId: "\0" }, { ruleId: "x".repeat(70_000) }, { scopeKey: "site=\0" }])
    expect(isNews(wrong), JSON.stringify(wrong).slice(0, 50)).toBe(false);
});
