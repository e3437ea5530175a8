import { readEntry } from "@tapline/core/audit";
import { type NoopsRules, noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { ruleOf } from "../../../../src/noops/decision.fixture.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { NoopsRulesDesk } from "./index.ts";

let prisma: PrismaClient;
let desk: NoopsRulesDesk;
const act = { actor: { kind: "operator", id: "ada" }, reason: "it acted too often" } as const;

beforeEach(async () => {
  prisma = connectPrisma(await freshDatabase());
  desk = new NoopsRulesDesk(prisma, Date.now);
});
afterEach(() => prisma.$disconnect());

const rules = (version: number, actsPerHour: number): NoopsRules =>
  parseNoopsRules({ format: noopsRulesFormat, version, actsPerHour, rules: [ruleOf({ mode: "dry-run" })] });
const inForce = async () => {
  const active = await desk.active();
  return [active?.version, active?.rules.actsPerHour];
};
const conflict = (message: string) => ({ code: "conflict", message: expect.stringContaining(message) });

test("the rules of before come back as a release of their own, recorded as what they are", async () => {
  await desk.release(rules(1, 10), act);
  await desk.release(rules(7, 70), act);
  const { before, to, after } = await desk.rollBack(null, act);
  expect([before.version, to, after.version]).toEqual([7, 1, 8]);
  expect(after.rules).toEqual({ ...rules(1, 10), version: 8 });
  expect(await inForce()).toEqual([8, 10]);
  expect((await desk.list()).map(({ version }) => version)).toEqual([1, 7, 8]);
  const row = await prisma.auditEntry.findFirstOrThrow({ where: { subject: "noops-rules/8" } });
  expect(readEntry(row.bytes)).toMatchObject({
    ...{ action: "noops-rules.released", actor: act.actor, facts: { rulesOf: 1, rules: 1 } },
    ...{ before: { version: 7 }, after: { version: 8 } },
  });
});

test("a number says which; what is only to be shown changes nothing and is not recorded", async () => {
  for (const version of [1, 2, 3]) await desk.release(rules(version, version * 10), act);
  const shown = await desk.rollBack(1, { ...act, dryRun: true });
  expect([shown.before.version, shown.to, shown.after.version]).toEqual([3, 1, 4]);
  expect(await inForce()).toEqual([3, 30]);
  expect(await prisma.auditEntry.count()).toBe(3);
  await desk.rollBack(1, act);
  expect(await inForce()).toEqual([4, 10]);
});

test("of two who roll back at the same moment one is refused, and the rules that came back stay", async () => {
  await desk.release(rules(1, 10), act);
  await desk.release(rules(2, 20), act);
  const both = await Promise.allSettled([desk.rollBack(null, act), desk.rollBack(null, act)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(both.find((one) => one.status === "rejected")?.reason).toMatchObject({
    ...conflict("version 3 of the NoOps rules, by operator/ada, has brought back those of version 1 already"),
    remedy: "say by --to which to go to: 2 is the one before it",
  });
  expect(await inForce()).toEqual([3, 10]);
  await expect(desk.rollBack(1, act)).rejects.toMatchObject(
    conflict("version 1 of the NoOps rules holds the rules of version 3, which is in force already"),
  );
  await desk.rollBack(2, act);
  expect(await inForce()).toEqual([4, 20]);
});

test("refuses what there is not, what is in force, and where nothing was before", async () => {
  await expect(desk.rollBack(null, act)).rejects.toMatchObject(conflict("before the first start"));
  await desk.release(rules(1, 10), act);
  await expect(desk.rollBack(null, act)).rejects.toMatchObject(conflict("before version 1"));
  await desk.release(rules(2, 20), act);
  await expect(desk.rollBack(9, act)).rejects.toMatchObject({
    code: "not-found",
    message: "there is no version 9 of the NoOps rules",
  });
  await expect(desk.rollBack(2, act)).rejects.toMatchObject(
    conflict("version 2 of the NoOps rules is in force already"),
  );
  expect(await inForce()).toEqual([2, 20]);
});

test("rules that this version would not take any more do not come back, and what is wrong with them is said", async () => {
  const [rule] = rules(1, 10).rules;
  await prisma.noopsRuleSet.create({
    data: {
      ...{ version: 1, digest: new Uint8Array(32), madeAt: new Date(), madeBy: "job/noops" },
      rules: { format: noopsRulesFormat, version: 1, rules: [{ ...rule, when: "nobody(1)" }] },
    },
  });
  await desk.release(rules(2, 20), act);
  await expect(desk.rollBack(null, act)).rejects.toMatchObject(
    conflict(`version 1 of the NoOps rules may be in force no more: rules.${rule?.id}.when`),
  );
  expect(await inForce()).toEqual([2, 20]);
});
