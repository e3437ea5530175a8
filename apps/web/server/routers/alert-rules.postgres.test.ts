import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { defaultAlertRules } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "operator");
});
afterAll(() => running.stop());

async function preview(input: unknown) {
  const { origin } = running.console;
  const query = encodeURIComponent(JSON.stringify(input));
  const response = await fetch(`${origin}/api/trpc/alertRules.preview?input=${query}`, {
    headers: { cookie },
  });
  return [response.status, await response.json()];
}

const shipped = defaultAlertRules.rules.find(
  ({ only, parent }) => only === undefined && parent === undefined,
);
const rule = {
  ...{ ...shipped, id: "refused", kpi: "taps.rejected_per_minute", per: "site", message: "{value}" },
  ...{ condition: { kind: "threshold", limit: { above: 50 } }, onDelayMs: 0, offDelayMs: 0 },
};

test("an operator hears how often a rule that is not in force would have fired", async () => {
  const minute = Math.floor(Date.now() / 60_000) - 30;
  const of = (scope: { site?: string }, refused: number) => ({
    ...{ scope, startEpochMs: minute * 60_000, resolutionMs: 60_000, times: {}, levels: {} },
    counts: { "tap.rejected": refused },
  });
  await new KpiSpans(running.prisma).keepMinutes([of({}, 60), of({ site: "north" }, 60)], null, "1-0");
  expect(await preview({ rule })).toMatchObject([
    200,
    { result: { data: { ruleId: "refused", fired: 1, scopes: [{ scope: { site: "north" }, fired: 1 }] } } },
  ]);
});

test("rules that could not be released or are too large are refused, and so is who may only look", async () => {
  expect(await preview({ rule: { ...rule, per: "archive" } })).toMatchObject([400, { error: {} }]);
  const sites = Array.from({ length: 400 }, (_, n) => `site-${n}-of-many`);
  expect(await preview({ rule: { ...rule, only: { site: sites } } })).toMatchObject([400, { error: {} }]);
  await setRole(running.prisma, adminSignIn.email, "viewer");
  expect(await preview({ rule })).toMatchObject([403, { error: {} }]);
});
