import { hasCode } from "@tapline/core/kernel";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { ActiveRules, connectPrisma, type PrismaClient, RulesDesk } from "./index.ts";

let prisma: PrismaClient;
let desk: RulesDesk;
let nowEpochMs = 1_790_000_000_000;
const clock = () => nowEpochMs;
const act = { actor: { kind: "operator", id: "ada" }, reason: "a new sensor" } as const;
const wider = { ...defaultRules, heartRateBpm: { max: 400 } };

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  desk = new RulesDesk(prisma, clock);
});
afterAll(() => prisma.$disconnect());

const actions = async (): Promise<string[]> => {
  const rows = await prisma.auditEntry.findMany({ where: { subject: { startsWith: "rules/" } } });
  return rows.map(({ action }) => action).toSorted();
};
const judge = (pinned: number | null = null, told: number[] = []) =>
  new ActiveRules(desk, {
    first: { ...defaultRules, unsigned: "accept" },
    pinned,
    clock,
    onRelease: ({ version }) => void told.push(version),
  });

test("the first starts make release 1 out of the settings, once, whoever comes first", async () => {
  const found = await Promise.all([1, 2, 3, 4].map(() => judge().current()));
  for (const release of found) expect(release).toMatchObject({ version: 1, rules: { unsigned: "accept" } });
  expect(await desk.list()).toMatchObject([{ version: 1, madeBy: "job/validation", isActive: true }]);
  expect(await actions()).toEqual(["rules.released"]);
});

test("a switch is noticed within a second by those who are not pinned, and audited", async () => {
  const told: number[] = [];
  const [free, pinned] = [judge(null, told), judge(1)];
  await Promise.all([free.current(), pinned.current()]);
  expect(await desk.release(wider, act)).toBe(2);
  expect((await free.current()).version).toBe(1);
  await desk.switchTo(2, act);
  nowEpochMs += 1_001;
  expect(await free.current()).toEqual({ version: 2, rules: wider });
  expect((await pinned.current()).version).toBe(1);
  expect(told).toEqual([1, 2]);
  expect(await actions()).toEqual(["rules.released", "rules.released", "rules.switched"]);
});

test("a release that is not there, or in force already, is refused by name", async () => {
  const refused = (work: Promise<unknown>) => work.catch((error: unknown) => error);
  expect(hasCode(await refused(desk.switchTo(99, act)), "not-found")).toBe(true);
  expect(hasCode(await refused(desk.switchTo(2, act)), "conflict")).toBe(true);
  expect(hasCode(await refused(judge(99).current()), "not-found")).toBe(true);
});

test("who looked at another release than is in force switches nothing", async () => {
  await expect(desk.switchTo(1, act, 1)).rejects.toMatchObject({
    ...{ code: "conflict", facts: { version: 2 } },
    message: "version 2 of the validation rules is in force by now, and no longer version 1",
  });
  await expect(desk.switchTo(1, act, 0)).rejects.toThrow("and no longer none");
  expect(await desk.activeVersion()).toBe(2);
  await desk.switchTo(1, act, 2);
  expect(await desk.activeVersion()).toBe(1);
});

test("a release never changes", async () => {
  for (const change of ["UPDATE validation_release SET reason = 'other'", "DELETE FROM validation_release"])
    await expect(prisma.$executeRawUnsafe(change)).rejects.toThrow("append-only");
});
