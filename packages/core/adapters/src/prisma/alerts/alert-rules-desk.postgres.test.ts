import { type AlertRules, alertRulesFormat, releaseIdOf } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { AlertRulesDesk } from "./index.ts";

let prisma: PrismaClient;
let desk: AlertRulesDesk;
const act = { actor: { kind: "operator", id: "ada" }, reason: "quieter nights" } as const;
const rules = (version: number): AlertRules => ({ format: alertRulesFormat, version, rules: [] });

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  desk = new AlertRulesDesk(prisma, () => 1_790_000_000_000);
});
afterAll(() => prisma.$disconnect());

test("the first starts make one release, whoever comes first", async () => {
  expect(await desk.active()).toBeNull();
  const found = await Promise.all([1, 2, 3].map(() => desk.activeOrFirst(rules(1))));
  for (const one of found) expect(one).toMatchObject({ version: 1, rules: rules(1), madeBy: "job/alerts" });
  expect(await desk.list()).toHaveLength(1);
  const rows = await prisma.auditEntry.findMany({ where: { subject: "alert-rules/1" } });
  expect(rows.map(({ action, actorId }) => [action, actorId])).toEqual([["alert-rules.released", "alerts"]]);
});

test("a release is in force at once, by its version and digest, with who and why", async () => {
  await desk.release(rules(7), act);
  expect(await desk.active()).toMatchObject({
    ...{ version: 7, sha256: releaseIdOf(rules(7)).sha256, madeBy: "operator/ada", reason: "quieter nights" },
  });
  expect(await desk.activeOrFirst(rules(1))).toMatchObject({ version: 7 });
});

test("what does not come behind the rules in force is refused", async () => {
  await expect(desk.release(rules(7), act)).rejects.toThrow(
    "version 7 of the alert rules is in force already",
  );
  await expect(desk.release(rules(6), act)).rejects.toThrow("is in force, and these are version 6");
});

test("of two who release the same version one is refused", async () => {
  const ends = await Promise.allSettled([desk.release(rules(9), act), desk.release(rules(9), act)]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

test("who looked at another release than is in force changes nothing, whatever version they bring", async () => {
  await expect(desk.release(rules(11), act, 7)).rejects.toThrow(
    "version 9 of the alert rules is in force by now, and no longer version 7",
  );
  await expect(desk.release(rules(11), act, 0)).rejects.toThrow("and no longer none");
  await desk.release(rules(11), act, 9);
  expect(await desk.active()).toMatchObject({ version: 11 });
});

test("a release never changes, and never goes", async () => {
  for (const change of ["UPDATE alert_rule_release SET reason = 'other'", "DELETE FROM alert_rule_release"])
    await expect(prisma.$executeRawUnsafe(change)).rejects.toThrow("is refused");
});
