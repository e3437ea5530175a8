import { AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { type AlertRule, defaultAlertRules } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RulesBoard, RulesPlan } from "../../contracts/alert-rules.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await new AlertRulesDesk(running.prisma, Date.now).activeOrFirst(defaultAlertRules);
});
afterAll(() => running.stop());

const { password } = adminSignIn;

async function call(procedure: string, input?: unknown) {
  const { origin } = running.console;
  const isQuery = /\.(board|plan)$/.test(procedure);
  const query = isQuery && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
  const response = await fetch(`${origin}/api/trpc/${procedure}${query}`, {
    headers: { cookie, origin, "content-type": "application/json" },
    ...(isQuery ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const body = (await response.json()) as {
    result?: { data: unknown };
    error?: { message: string; data: { tapline: { facts: Record<string, unknown> } } };
  };
  return { status: response.status, data: body.result?.data, error: body.error };
}

const board = async () => (await call("alertRules.board")).data as RulesBoard;

async function someRule(): Promise<{ rule: AlertRule; seenVersion: number }> {
  const { rules, release } = await board();
  const found = rules.find(({ rule }) => rule.condition.kind === "threshold")?.rule;
  if (found === undefined || release === null) throw new Error("shipped rules have a threshold");
  return { rule: found, seenVersion: release.version };
}

const apply = (rule: AlertRule, seenVersion: number, given: object = {}) =>
  call("alertRules.release", {
    ...{ id: rule.id, rule, seenVersion, reason: "quieter nights", password, ...given },
  });

test("a rule is changed as a new release, with reason and password, and told to who watches", async () => {
  const { rule, seenVersion } = await someRule();
  const changed = { ...rule, onDelayMs: rule.onDelayMs + 5_000 };
  const plan = (await call("alertRules.plan", { id: rule.id, rule: changed })).data as RulesPlan;
  expect(plan).toEqual({
    faults: [],
    changes: [`${rule.id}: onDelayMs: ${rule.onDelayMs} → ${changed.onDelayMs}`],
  });
  expect((await apply(changed, seenVersion, { password: "not the pass phrase" })).status).toBe(403);
  expect((await apply(changed, seenVersion, { reason: " " })).status).toBe(400);
  expect((await apply(changed, seenVersion)).data).toBe(seenVersion + 1);
  expect(await running.redis.xrevrange("tapline:{alerts}:live", "+", "-", "COUNT", 1)).toMatchObject([
    [expect.anything(), expect.arrayContaining([expect.stringContaining('"rules"')])],
  ]);
  const now = await board();
  expect(now.release).toMatchObject({ version: seenVersion + 1, reason: "quieter nights" });
  expect(now.rules.find((one) => one.rule.id === rule.id)?.rule).toEqual(changed);
  const entries = await running.prisma.auditEntry.findMany({ where: { action: "alert-rules.released" } });
  expect(entries.map(({ subject }) => subject).toSorted()).toEqual(
    [seenVersion, seenVersion + 1].map((version) => `alert-rules/${version}`),
  );
});

test("of two who change rules from the same release one does, and the other hears who", async () => {
  const { rule, seenVersion } = await someRule();
  const ends = await Promise.all(
    [1_000, 2_000].map((more) => apply({ ...rule, onDelayMs: rule.onDelayMs + more }, seenVersion)),
  );
  expect(ends.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const { id } = await running.prisma.user.findFirstOrThrow();
  const lost = ends.find(({ status }) => status === 409)?.error;
  expect(lost?.data.tapline.facts).toMatchObject({ version: seenVersion + 1, by: `operator/${id}` });
  expect((await apply(rule, seenVersion)).status).toBe(409);
});

test("what is wrong is told by its field, and is not put in force", async () => {
  const { rule, seenVersion } = await someRule();
  const broken = { ...rule, onDelayMs: -1, message: "it is {nothing}" };
  const plan = (await call("alertRules.plan", { id: rule.id, rule: broken })).data as RulesPlan;
  expect(plan.faults.map(({ place }) => place)).toEqual([`rules.${rule.id}.onDelayMs`]);
  const misnamed = (await call("alertRules.plan", { id: rule.id, rule: { ...broken, onDelayMs: 0 } }))
    .data as RulesPlan;
  expect(misnamed.faults).toMatchObject([{ place: `rules.${rule.id}.message` }]);
  expect((await apply(broken, seenVersion)).status).toBe(400);
  expect((await board()).release?.version).toBe(seenVersion);
});

test("a rule is switched off and on", async () => {
  const { rule, seenVersion } = await someRule();
  await apply({ ...rule, off: true }, seenVersion);
  expect((await someRule()).rule.off).toBe(true);
  await apply(rule, seenVersion + 1);
  expect((await someRule()).rule.off).toBeUndefined();
});

test("an operator tries, and an admin applies", async () => {
  const { rule, seenVersion } = await someRule();
  await setRole(running.prisma, adminSignIn.email, "operator");
  expect((await call("alertRules.plan", { id: rule.id, rule })).status).toBe(200);
  expect((await apply({ ...rule, onDelayMs: 1 }, seenVersion)).status).toBe(403);
  await setRole(running.prisma, adminSignIn.email, "admin");
});
