import { connectPrisma, type PrismaClient, ReleaseDesk, type ShiftListing } from "@tapline/adapters/prisma";
import { leaseCheck, NoopsLease } from "@tapline/adapters/prisma/noops";
import { undoOf } from "@tapline/core/noops";
import { defaultPlan, type ReleasedService } from "@tapline/core/rollout";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { actInHouse, type HouseParts, type HouseTerms } from "./house-hands.ts";

const service = "validation";
const shift = { kind: "shift", service, release: 1, steps: [20, 100], windowMs: 30_000 } as const;
const ada = { actor: { kind: "operator", id: "ada" }, reason: "ada wants it", dryRun: false } as const;
const made = (of: ReleasedService) => ({ service: of, version: "1.4.0", config: {}, rules: null });

let prisma: PrismaClient;
let desk: ReleaseDesk;
let terms: HouseTerms;
/** What leads releases is all that these acts ask of the house. */
const house = () => ({ releases: desk, leaseCheck }) as unknown as HouseParts;
const act = (asked: Parameters<typeof actInHouse>[0], left: HouseTerms["left"] = null) =>
  actInHouse(asked, { ...terms, left }, house());
const conflict = (message: string) => ({ code: "conflict", message: expect.stringContaining(message) });
/** Puts a shift where whoever leads it would. */
const lead = (one: ShiftListing, phase: ShiftListing["state"]["phase"]) =>
  desk.note(one, { ...one.state, phase, why: "seen" }, null);
const open = async () => (await desk.open())[0] ?? expect.unreachable("none is under way");

beforeEach(async () => {
  prisma = connectPrisma(await freshDatabase());
  desk = new ReleaseDesk(prisma, Date.now);
  const fence = (await new NoopsLease(prisma, 3_600_000).take("this process")) ?? -1;
  terms = {
    ...{ actor: { kind: "rule", id: "a-rule" }, reason: "rule a-rule, decision 1", fence, left: null },
    ...{ signal: new AbortController().signal, approvedBy: null, armedBy: null },
  };
  await desk.make(made(service), ada);
  await desk.make(made(service), ada);
  await desk.make(made("transfer"), ada);
});
afterEach(() => prisma.$disconnect());

test("a rule leads a service to a release by its steps, in its name, and all else is as a person's shift", async () => {
  const changed = await act(shift);
  const begun = await open();
  expect(begun).toMatchObject({ kind: "release", base: null, release: 1, startedBy: "rule/a-rule" });
  expect(begun.plan).toEqual({ ...defaultPlan, steps: [20, 100], windowMs: 30_000 });
  expect(changed).toEqual({ before: { release: null }, after: { release: 1, shift: begun.id } });
  const entry = await prisma.auditEntry.findFirstOrThrow({ where: { action: "release.shift-started" } });
  expect(entry).toMatchObject({ actorKind: "rule", actorId: "a-rule" });
});

test("what is under way a rule leaves alone, where a person's shift would take its place", async () => {
  await desk.shift(2, ada);
  const before = await open();
  await expect(act(shift)).rejects.toMatchObject(conflict("is under way"));
  expect(await open()).toEqual(before);
});

test("a release of another service, or one that there is not, is none to be led to", async () => {
  await expect(act({ ...shift, release: 3 })).rejects.toMatchObject(conflict("release 3 is one of transfer"));
  await expect(act({ ...shift, release: 9 })).rejects.toMatchObject({ code: "not-found" });
  expect(await desk.open()).toEqual([]);
});

test("what was turned back a rule leads to no more, until a person has", async () => {
  await act(shift);
  await lead(await open(), "rolled-back");
  await expect(act(shift)).rejects.toMatchObject(conflict("was turned back by shift"));
  const { shift: byAda } = await desk.shift(1, ada);
  await lead(byAda, "promoted");
  const { shift: back } = await desk.rollBack(service, ada);
  await lead(back, "promoted");
  await expect(act(shift)).rejects.toMatchObject(conflict("was turned back by shift"));
  await act({ ...shift, release: 2 });
});

test("what another release took the place of was not turned back", async () => {
  for (const release of [1, 2]) await lead((await desk.shift(release, ada)).shift, "promoted");
  await act(shift);
  expect(await open()).toMatchObject({ base: 2, release: 1 });
});

test("undone, a shift under way turns back, and one that is through is led back", async () => {
  const { before, after } = await act(shift);
  const undo = undoOf({ act: shift, before });
  if (undo?.kind !== "roll-back") return expect.unreachable("it is undone by a roll-back");
  const left = { decision: "1", state: after };
  await act(undo, left);
  expect((await open()).state.phase).toBe("returning");
  await expect(act(undo, left)).rejects.toMatchObject(conflict("has changed since"));

  await lead(await open(), "rolled-back");
  const through = await act({ ...shift, release: 2 });
  await lead(await open(), "promoted");
  await act(undo, { decision: "2", state: through.after });
  expect(await open()).toMatchObject({ kind: "return", base: 2, release: null });
});

test.each<[string, (begun: ShiftListing) => Promise<unknown>]>([
  ["its analysis has turned it back", (begun) => lead(begun, "rolled-back")],
  ["a person has led it elsewhere meanwhile", () => desk.shift(2, ada)],
  [
    "another one came after it",
    async (begun) => {
      await lead(begun, "promoted");
      await desk.shift(2, ada);
    },
  ],
])("where %s there is nothing of it to undo", async (_what, since) => {
  const { after } = await act(shift);
  await since(await open());
  const before = await prisma.releaseShift.findMany();
  const undo = { kind: "roll-back", service } as const;
  await expect(act(undo, { decision: "1", state: after })).rejects.toMatchObject(
    conflict("has changed since"),
  );
  await expect(act(undo, { decision: "1", state: null })).rejects.toMatchObject(
    conflict("has changed since"),
  );
  expect(await prisma.releaseShift.findMany()).toEqual(before);
});
