import { RulesDesk } from "@tapline/adapters/prisma";
import { AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { defaultAlertRules } from "@tapline/core/alerts";
import { ruleKinds } from "@tapline/core/rollout";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RuleReleases, RuleReturn } from "../../contracts/rule-releases.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { callsOf } from "./calls.fixture.ts";

const { password } = adminSignIn;
const act = { actor: { kind: "operator", id: "ola" }, reason: "a new sensor" } as const;
let running: TestConsole;
let { query, mutate } = callsOf("", "");

beforeAll(async () => {
  running = await startTestConsole();
  const { console: site, prisma } = running;
  await site.ensureFirstAdmin(adminSignIn);
  ({ query, mutate } = callsOf(site.origin, (await signIn(site.origin)).cookie));
  const rules = new RulesDesk(prisma, Date.now);
  await rules.makeFirst(defaultRules);
  await rules.switchTo(await rules.release({ ...defaultRules, batteryPercent: { max: 50 } }, act), act);
  const alerts = new AlertRulesDesk(prisma, Date.now);
  await alerts.release({ ...defaultAlertRules, version: 1 }, act);
  const [first, ...others] = defaultAlertRules.rules;
  await alerts.release(
    { ...defaultAlertRules, version: 2, rules: [{ ...first!, off: true }, ...others] },
    act,
  );
});
afterAll(() => running.stop());

const inForce = async () =>
  Object.fromEntries(
    (await query<RuleReleases[]>("ruleReleases.board")).data!.map((one) => [one.kind, one.inForce]),
  );
const back = (kind: string, seenVersion: number, more: object = {}) =>
  mutate<RuleReturn>("ruleReleases.rollBack", { kind, seenVersion, reason: "no", password, ...more });

test("all kinds are shown with who made what and why", async () => {
  const { data } = await query<RuleReleases[]>("ruleReleases.board");
  expect(data?.map(({ kind }) => kind)).toEqual(ruleKinds);
  expect(data?.[0]?.releases).toMatchObject([
    { version: 2, madeBy: "ola", reason: "a new sensor" },
    { version: 1, madeBy: "validation", reason: "the first start" },
  ]);
  expect(await inForce()).toEqual({
    ...{ "validation-rules": 2, "alert-rules": 2 },
    ...{ "alert-channels": null, "noops-rules": null },
  });
});

test("what going back changes is shown, and is done as it was shown: by the password, told to who watches, audited, once", async () => {
  const shown = await query<RuleReturn>("ruleReleases.effect", { kind: "alert-rules", seenVersion: 2 });
  expect(shown.data).toMatchObject({
    before: 2,
    to: 1,
    version: 3,
    changes: [expect.stringContaining("off")],
  });
  expect((await back("alert-rules", 2, { password: "not the pass phrase" })).status).toBe(403);
  expect((await back("alert-rules", 2, { reason: " " })).status).toBe(400);
  expect((await inForce())["alert-rules"]).toBe(2);
  const ends = await Promise.all([back("alert-rules", 2), back("alert-rules", 2)]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect(ends.find(({ status }) => status === 409)?.said).toContain(
    "is in force by now, and no longer version 2",
  );
  expect((await inForce())["alert-rules"]).toBe(3);
  expect(await running.redis.xrevrange("tapline:{alerts}:live", "+", "-", "COUNT", 1)).toMatchObject([
    [expect.anything(), expect.arrayContaining([expect.stringContaining('"rules"')])],
  ]);
  const { id } = await running.prisma.user.findFirstOrThrow();
  const entries = await running.prisma.auditEntry.findMany({ where: { subject: "alert-rules/3" } });
  expect(entries.map(({ action, actorId }) => [action, actorId])).toEqual([["alert-rules.released", id]]);
});

test("of validation rules the release of before is in force again, and then the other one by its number", async () => {
  expect((await back("validation-rules", 2)).data).toMatchObject({ to: 1, version: 1 });
  expect((await back("validation-rules", 1)).said).toContain("has brought back those of version 1 already");
  expect((await back("validation-rules", 1, { to: 2 })).data).toMatchObject({ to: 2, version: 2 });
  expect((await back("noops-rules", 1)).said).toContain("no NoOps rules are in force yet");
});

test("an operator looks at what it would do, and an admin does it", async () => {
  await setRole(running.prisma, adminSignIn.email, "operator");
  const asked = { kind: "validation-rules", to: 1, seenVersion: 2 };
  expect((await query("ruleReleases.effect", asked)).status).toBe(200);
  expect((await back("validation-rules", 2, { to: 1 })).status).toBe(403);
  await setRole(running.prisma, adminSignIn.email, "viewer");
  expect((await query("ruleReleases.effect", asked)).status).toBe(403);
  expect((await query("ruleReleases.board")).status).toBe(200);
});
