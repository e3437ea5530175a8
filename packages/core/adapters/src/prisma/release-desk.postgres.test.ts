import { hasCode } from "@tapline/core/kernel";
import { defaultPlan, type ReleaseContent, type ShiftState } from "@tapline/core/rollout";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient, ReleaseDesk, RulesDesk, type ShiftListing } from "./index.ts";

let prisma: PrismaClient;
let desk: ReleaseDesk;
let nowEpochMs = 1_790_000_000_000;
const act = { actor: { kind: "operator", id: "ada" }, reason: "a new sensor", dryRun: false } as const;
const content: ReleaseContent = {
  service: "validation",
  version: "1.4.0",
  config: { LOG_LEVEL: "debug" },
  rules: 1,
};

beforeEach(async () => {
  await prisma?.$disconnect();
  prisma = connectPrisma(await freshDatabase());
  desk = new ReleaseDesk(prisma, () => nowEpochMs++);
  await new RulesDesk(prisma, () => nowEpochMs).makeFirst(defaultRules);
});
afterAll(() => prisma.$disconnect());

const actions = async (): Promise<string[]> => {
  const rows = await prisma.auditEntry.findMany({
    where: { action: { startsWith: "release." } },
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
  });
  return rows.map(({ action, actorId }) => `${action} ${actorId}`);
};
const refused = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const moved = (shift: ShiftListing, change: Partial<ShiftState>) =>
  desk.note(shift, { ...shift.state, why: "seen", ...change }, null);

test("a release never changes, and names rules that there are", async () => {
  const made = await desk.make(content, act);
  expect(made).toMatchObject({ id: 1, ...content, madeBy: "operator/ada", reason: "a new sensor" });
  expect(hasCode(await refused(desk.make({ ...content, rules: 9 }, act)), "not-found")).toBe(true);
  await expect(prisma.serviceRelease.update({ where: { id: 1 }, data: { version: "2" } })).rejects.toThrow();
  await expect(prisma.serviceRelease.deleteMany()).rejects.toThrow();
  expect(await desk.releases({ limit: 5 })).toHaveLength(1);
  expect(await actions()).toEqual(["release.made ada"]);
});

test("secrets and what a process is are no settings of a release", async () => {
  for (const name of ["ROLE", "DATABASE_URL", "TAPLINE_PROCESS_KEY", "TAPLINE_COLOUR", "lower"])
    await expect(desk.make({ ...content, config: { [name]: "x" } }, act)).rejects.toThrow();
});

test("what is only to be shown changes nothing and is not audited", async () => {
  const dry = { ...act, dryRun: true };
  expect((await desk.make(content, dry)).id).toBe(1);
  expect(await desk.releases()).toEqual([]);
  await desk.make(content, act);
  expect((await desk.shift(1, dry)).says).toContain(
    "from what the installation brings (blue) to release 1 (green)",
  );
  expect(await desk.open()).toEqual([]);
  expect(await actions()).toEqual(["release.made ada"]);
});

test("a shift begins once for each service; another release takes its place and begins anew", async () => {
  await desk.make(content, act);
  await desk.make({ ...content, version: "1.5.0" }, act);
  const { shift } = await desk.shift(1, act);
  expect(shift).toMatchObject({ id: 1, base: null, release: 1, stable: "blue", state: { phase: "placing" } });
  expect(hasCode(await refused(desk.shift(1, act)), "conflict")).toBe(true);
  await moved(shift, { phase: "routing", step: 2 });
  const { shift: other } = await desk.shift(2, act);
  expect(other).toMatchObject({ id: 1, release: 2, state: { phase: "placing", step: 0 } });
  expect(await actions()).toEqual([
    ...["release.made ada", "release.made ada", "release.shift-started ada"],
    ...["release.shift-advanced release-control", "release.shift-started ada"],
  ]);
});

test("who writes what was read before somebody else changed it is refused", async () => {
  await desk.make(content, act);
  const { shift } = await desk.shift(1, act);
  await desk.rollBack("validation", act);
  expect(hasCode(await refused(moved(shift, { phase: "routing" })), "conflict")).toBe(true);
  expect((await desk.open())[0]?.state.phase).toBe("returning");
});

test("promoted, held, turned back and ended: each is audited once, and what ended stays", async () => {
  await desk.make(content, act);
  let { shift } = await desk.shift(1, act);
  shift = await moved(shift, { phase: "routing", restarts: 0, size: 1 });
  shift = await moved(shift, { routedAtEpochMs: nowEpochMs });
  shift = await moved(shift, { held: "somebody else set the share to 90 %" });
  ({ shift } = await desk.advance("validation", act));
  expect(shift.state.held).toBeNull();
  ({ shift } = await desk.promote("validation", act));
  expect(shift.state).toMatchObject({ isForced: true, step: defaultPlan.steps.length - 1 });
  shift = await moved(shift, { phase: "promoted" });
  expect(shift.endedAtEpochMs).not.toBeNull();
  expect(await desk.standing("validation")).toEqual({ release: 1, colour: "green", before: null });
  await expect(prisma.releaseShift.update({ where: { id: 1 }, data: { reason: "x" } })).rejects.toThrow();
  await expect(prisma.releaseShift.deleteMany()).rejects.toThrow();
  expect(await actions()).toEqual([
    ...["release.made ada", "release.shift-started ada", "release.shift-advanced release-control"],
    ...["release.shift-held release-control", "release.shift-advanced ada", "release.shift-forced ada"],
    "release.promoted release-control",
  ]);
});

test("a way back turns what is under way; of what has ended it makes a shift of its own, once", async () => {
  await desk.make(content, act);
  expect(hasCode(await refused(desk.rollBack("validation", act)), "conflict")).toBe(true);
  let { shift } = await desk.shift(1, act);
  ({ shift } = await desk.rollBack("validation", act));
  expect(shift.state.phase).toBe("returning");
  expect(hasCode(await refused(desk.rollBack("validation", act)), "conflict")).toBe(true);
  expect(hasCode(await refused(desk.promote("validation", act)), "conflict")).toBe(true);
  await moved(shift, { phase: "rolled-back" });
  ({ shift } = await desk.shift(1, act));
  await moved(shift, { phase: "promoted" });
  const back = await desk.rollBack("validation", act);
  expect(back.shift).toMatchObject({
    kind: "return",
    base: 1,
    release: null,
    stable: "green",
    plan: { steps: [100] },
  });
  await moved(back.shift, { phase: "promoted" });
  expect(await desk.standing("validation")).toEqual({ release: null, colour: "blue", before: undefined });
  expect(hasCode(await refused(desk.rollBack("validation", act)), "conflict")).toBe(true);
  const ways = (await actions()).filter((entry) => entry.includes("roll"));
  expect(ways).toEqual([
    ...["release.rollback-started ada", "release.rolled-back release-control"],
    "release.rollback-started ada",
  ]);
  expect((await desk.shifts({ service: "validation" })).map(({ id }) => id)).toEqual([3, 2, 1]);
});

test("what takes the place of a way back is no way back itself: it can be taken back", async () => {
  await desk.make(content, act);
  await desk.make({ ...content, version: "1.5.0" }, act);
  await moved((await desk.shift(1, act)).shift, { phase: "promoted" });
  expect((await desk.rollBack("validation", act)).shift).toMatchObject({ kind: "return", base: 1 });
  const { shift } = await desk.shift(2, act);
  expect(shift).toMatchObject({ kind: "release", base: 1, release: 2, plan: defaultPlan });
  await moved(shift, { phase: "promoted" });
  expect(await desk.standing("validation")).toMatchObject({ release: 2, before: 1 });
  expect((await desk.rollBack("validation", act)).shift).toMatchObject({ kind: "return", release: 1 });
});

test("of two who roll back at the same moment one is refused in words, and the way back goes on", async () => {
  await desk.make(content, act);
  await moved((await desk.shift(1, act)).shift, { phase: "promoted" });
  const both = await Promise.allSettled([desk.rollBack("validation", act), desk.rollBack("validation", act)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const [loser] = both.filter((one) => one.status === "rejected");
  expect(loser?.reason).toMatchObject({
    code: "conflict",
    message: "validation is on its way back to what ran before already",
    remedy: expect.stringContaining("tapline release shift 1"),
  });
  expect((await desk.open())[0]).toMatchObject({ kind: "return", state: { phase: "placing" } });
});

test("a way back that stands still turns, where somebody says so", async () => {
  await desk.make(content, act);
  await moved((await desk.shift(1, act)).shift, { phase: "promoted" });
  const { shift } = await desk.rollBack("validation", act);
  await moved(shift, { phase: "routing", held: "somebody else set the share to 90 %" });
  expect((await desk.rollBack("validation", act)).shift).toMatchObject({
    kind: "return",
    state: { phase: "returning", held: null },
  });
});

test("of two who begin at the same moment one is refused", async () => {
  await desk.make(content, act);
  const both = await Promise.allSettled([desk.shift(1, act), desk.shift(1, act)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

test("a service that keeps to one release here is led to no other, nor back, and why is said; the others are", async () => {
  const web = { ...content, service: "web", rules: null } as const;
  for (const one of [web, content, web]) await desk.make(one, act);
  const { shift } = await desk.shift(1, act);
  await moved(shift, { phase: "promoted" });
  await desk.noteFixed({ web: "one process" });
  expect(await desk.fixed()).toEqual({ web: "one process" });
  const tries = [desk.shift(3, act), desk.shift(3, { ...act, dryRun: true }), desk.rollBack("web", act)];
  for (const error of await Promise.all(tries.map(refused)))
    expect(error).toMatchObject({ code: "conflict", message: "web keeps to one release here: one process" });
  await desk.shift(2, act);
  await desk.noteFixed({});
  await desk.shift(3, act);
  // What is under way turns back, whatever is seen meanwhile.
  await desk.noteFixed({ web: "one process" });
  await desk.rollBack("web", act);
});

test("where it does not read which services keep to one release, that is said, and it can be written anew", async () => {
  const name = "releases.fixed";
  for (const value of ["{", '{"web":1}']) {
    await prisma.installationFact.upsert({ where: { name }, create: { name, value }, update: { value } });
    expect(await refused(desk.fixed())).toMatchObject({
      code: "corrupt",
      message: expect.stringContaining("releases.fixed in installation_fact"),
    });
  }
  await desk.noteFixed({});
  expect(await desk.fixed()).toEqual({});
});
