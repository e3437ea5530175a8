import {
  ClosedArchives,
  connectPrisma,
  type PrismaClient,
  ReleaseDesk,
  RulesDesk,
} from "@tapline/adapters/prisma";
import { type HouseAct, isHouseAct, undoOf } from "@tapline/core/noops";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { actInHouse, type HouseParts } from "./house-hands.ts";

let prisma: PrismaClient;
let parts: HouseParts;
const by = { actor: { kind: "rule", id: "a-rule" }, reason: "rule a-rule, decision 1" } as const;
const nothing = () => Promise.reject(new Error("not in this test"));

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  parts = {
    flush: { buffer: {}, index: {} } as never,
    ...{ keys: { standing: nothing, change: nothing }, pkiFolder: null, clock: Date.now },
    releases: new ReleaseDesk(prisma, Date.now),
    rules: new RulesDesk(prisma, Date.now),
    closed: new ClosedArchives(prisma),
  };
});
afterAll(() => prisma.$disconnect());

/** Does an act and then what undoes it. @returns what the act changed */
async function doAndUndo(act: HouseAct, between: () => Promise<void>) {
  const changed = await actInHouse(act, by, parts);
  await between();
  const undo = undoOf({ act, before: changed.before });
  if (undo === null || !isHouseAct(undo)) throw new Error(`${act.kind} is not undone in the house`);
  await actInHouse(undo, by, parts);
  return changed;
}

test("an archive that is closed is open again once that is undone", async () => {
  const closed = new ClosedArchives(prisma);
  const changed = await doAndUndo({ kind: "target", archive: "second", open: false }, async () => {
    expect(await closed.read()).toEqual(["second"]);
  });
  expect(changed).toEqual({ before: { open: true }, after: { open: false } });
  expect(await closed.read()).toEqual([]);
});

test("a quota is a release of validation's rules in the rule's name; undone, the one before is in force", async () => {
  const rules = new RulesDesk(prisma, Date.now);
  await rules.makeFirst(defaultRules);
  await doAndUndo({ kind: "quota", tapsPerHour: 60, burst: 5 }, async () => {
    expect(await rules.activeVersion()).toBe(2);
    const { trackerRate, ...others } = (await rules.find(2)).rules;
    expect(trackerRate).toEqual({ tapsPerHour: 60, burstTaps: 5 });
    expect({ ...others, trackerRate: defaultRules.trackerRate }).toEqual(defaultRules);
  });
  expect(await rules.activeVersion()).toBe(1);
  const told = await prisma.auditEntry.findMany({ where: { actorId: "a-rule" } });
  expect(told.map(({ action }) => action).toSorted()).toEqual([
    "rules.released",
    "rules.switched",
    "rules.switched",
  ]);
});

test("a roll-back is the release desk's, in the rule's name", async () => {
  const desk = new ReleaseDesk(prisma, Date.now);
  const act = { actor: { kind: "operator", id: "ada" }, reason: "a new one", dryRun: false } as const;
  await desk.make({ service: "validation", version: "1.4.0", config: {}, rules: null }, act);
  const { shift } = await desk.shift(1, act);
  await desk.note(shift, { ...shift.state, phase: "promoted", why: "seen" }, null);
  const changed = await actInHouse({ kind: "roll-back", service: "validation" }, by, parts);
  const [open] = await desk.open();
  expect(open).toMatchObject({ kind: "return", base: 1, release: null, startedBy: "rule/a-rule" });
  expect(changed).toEqual({ before: { release: 1 }, after: { release: null, shift: open?.id } });
});

test("where no PKI is known no key is rotated", async () => {
  await expect(actInHouse({ kind: "rotate-key" }, by, parts)).rejects.toMatchObject({
    code: "misconfigured",
  });
});
