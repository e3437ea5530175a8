import { randomBytes } from "node:crypto";
import { readEntry } from "@tapline/core/audit";
import { uuidV7 } from "@tapline/core/kernel";
import { type Decision, noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { decisionOf, ruleOf } from "../../../../src/noops/decision.fixture.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { leaseCheck, NoopsDesk, NoopsLease, NoopsLog, NoopsRulesDesk } from "./index.ts";

let prisma: PrismaClient;
let desk: NoopsDesk;
let log: NoopsLog;
let now = 1_790_000_000_000;
let fence: number;
const act = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const rules = (version: number) =>
  parseNoopsRules({ format: noopsRulesFormat, version, rules: [ruleOf({ mode: "dry-run" })] });

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  [desk, log] = [new NoopsDesk(prisma, () => now), new NoopsLog(prisma, () => now)];
  await new NoopsRulesDesk(prisma, () => now).activeOrFirst(rules(1));
});
afterAll(() => prisma.$disconnect());
beforeEach(async () => {
  fence = (await new NoopsLease(prisma, 60_000).take("one")) ?? -1;
  now += 3_600_000;
});

const fresh = (more: Partial<Decision> = {}): Decision =>
  decisionOf({ id: uuidV7(now, randomBytes), atEpochMs: now, lastAtEpochMs: now, ...more });
const lastEntry = async () => {
  const row = await prisma.auditEntry.findFirstOrThrow({ orderBy: [{ recordedAt: "desc" }, { id: "desc" }] });
  return readEntry(row.bytes);
};
const waiting = async (more: Partial<Decision> = {}): Promise<Decision> => {
  const decision = fresh({
    ...{ state: "waiting-approval", mode: "approval", expiresAtEpochMs: now + 60_000, ...more },
  });
  await log.add(decision, fence);
  return decision;
};
const doneScale = async (): Promise<Decision> => {
  const begun = await log.begin(fresh(), fence);
  return await log.end(begun.id, {
    ...{ is: "done", before: { replicas: 2 }, after: { replicas: 3 }, undoUntilEpochMs: now + 60_000 },
  });
};

test("what waits for a person is approved by one, once, and recorded", async () => {
  const { id } = await waiting();
  expect(await lastEntry()).toMatchObject({ action: "noops.asked", actor: { kind: "rule", id: "scale-up" } });
  expect((await desk.standing()).waiting).toBe(1);
  await desk.approve(id, act);
  expect(await lastEntry()).toMatchObject({
    ...{ action: "noops.approved", actor: act.actor, subject: `decision/${id}` },
  });
  await expect(desk.approve(id, act)).rejects.toThrow("ada has approved decision");
  await expect(desk.deny(id, act)).rejects.toThrow("ada has approved decision");
  const begun = await log.begin(await desk.find(id), fence);
  expect(await lastEntry()).toMatchObject({ action: "noops.begun", facts: { approved: "ada", fence } });
  await log.end(begun.id, { is: "failed", error: "no", before: null });
  expect(await lastEntry()).toMatchObject({ action: "noops.failed", facts: { error: "no" } });
});

test("what is denied, or comes too late, is not done", async () => {
  const [denied, late] = [await waiting(), await waiting({ expiresAtEpochMs: now })];
  expect(await desk.deny(denied.id, act)).toMatchObject({ state: "refused", word: { is: "denied" } });
  expect(await lastEntry()).toMatchObject({ action: "noops.denied" });
  await expect(log.begin(denied, fence)).rejects.toThrow("does not wait any more");
  await expect(desk.approve(late.id, act)).rejects.toThrow("waited for an answer until");
  await log.close(late.id, "expired", "nobody answered", fence);
  expect(await lastEntry()).toMatchObject({ action: "noops.expired" });
  expect(await desk.find(late.id)).toMatchObject({ state: "expired", says: "nobody answered" });
});

test("an act that is done is undone by an act of its own, asked for once", async () => {
  const { id } = await doneScale();
  expect(await lastEntry()).toMatchObject({
    ...{ action: "noops.done", before: { replicas: 2 }, after: { replicas: 3 } },
  });
  const undo = await desk.undo(id, act);
  expect(await lastEntry()).toMatchObject({ action: "noops.undo-asked", subject: `decision/${id}` });
  expect(undo).toMatchObject({ undoes: id, act: { kind: "scale", replicas: 2 }, word: { is: "asked" } });
  await expect(desk.undo(id, act)).rejects.toThrow("is being undone already");
  await log.begin(undo, fence);
  await log.end(undo.id, {
    is: "done",
    before: { replicas: 3 },
    after: { replicas: 2 },
    undoUntilEpochMs: null,
  });
  expect(await desk.find(id)).toMatchObject({ state: "undone", undoneBy: undo.id });
  await expect(desk.undo(undo.id, act)).rejects.toThrow("cannot be taken back");
});

test("an undo that failed may be asked for again, and none is asked for too late", async () => {
  const { id } = await doneScale();
  const undo = await desk.undo(id, act);
  await log.begin(undo, fence);
  await log.end(undo.id, { is: "failed", error: "gone", before: null });
  expect(await desk.find(id)).toMatchObject({ state: "done", undoneBy: null });
  now += 60_000;
  await expect(desk.undo(id, act)).rejects.toThrow("could be undone until");
});

test("what a later decision has set is not taken back with an earlier one", async () => {
  const first = await doneScale();
  now += 1_000;
  const second = await doneScale();
  await expect(desk.undo(first.id, act)).rejects.toThrow(
    `decision ${second.id} of rule scale-up has changed`,
  );
  const undo = await desk.undo(second.id, act);
  now += 1_000;
  await log.begin(undo, fence);
  const end = { before: { replicas: 3 }, after: { replicas: 2 }, undoUntilEpochMs: null };
  await log.end(undo.id, { is: "done", ...end });
  expect(await desk.undo(first.id, act)).toMatchObject({ undoes: first.id });
});

test("a dry run is refused where the act itself would be, and changes nothing", async () => {
  const dry = { ...act, dryRun: true };
  const entries = () => prisma.auditEntry.count();
  const [asked, denied, late] = [await waiting(), await waiting(), await waiting({ expiresAtEpochMs: now })];
  await desk.deny(denied.id, act);
  const done = await doneScale();
  const before = await entries();

  expect(await desk.approve(asked.id, dry)).toMatchObject({ word: { is: "approved" } });
  expect(await desk.deny(asked.id, dry)).toMatchObject({ state: "refused" });
  expect(await desk.undo(done.id, dry)).toMatchObject({ preview: "scale validation/blue to 2 replicas" });
  await desk.setMode("scale-up", "armed", dry);
  await desk.pause({ pauses: "all", untilEpochMs: null }, dry);
  await desk.kill(dry);
  for (const { id, word } of [asked, done])
    expect(await desk.find(id)).toMatchObject({ word, undoneBy: null });
  expect(await log.switches()).toEqual({ kill: null, pauses: [], modes: [] });
  expect(await entries()).toBe(before);

  await expect(desk.approve(denied.id, dry)).rejects.toThrow("does not wait for anybody");
  await expect(desk.deny(late.id, dry)).rejects.toThrow("waited for an answer until");
  await expect(desk.undo(denied.id, dry)).rejects.toThrow("nothing to undo");
  await expect(desk.setMode("scale-up", "dry-run", dry)).rejects.toThrow("in mode dry-run already");
  await expect(desk.pause({ pauses: "all", untilEpochMs: now }, dry)).rejects.toThrow("over already");
  await expect(desk.resume(dry)).rejects.toThrow("NoOps is not paused");
  await expect(desk.revive(dry)).rejects.toThrow("the kill switch is not on");
  await desk.kill(act);
  await expect(desk.kill(dry)).rejects.toThrow("ada has pulled the kill switch already");
  await desk.revive(act);
});

test("the kill switch is pulled once, and let go by itself alone", async () => {
  await desk.kill(act);
  expect(await lastEntry()).toMatchObject({ action: "noops.killed", actor: act.actor });
  await expect(desk.kill(act)).rejects.toThrow("ada has pulled the kill switch already");
  await expect(desk.resume(act)).rejects.toMatchObject({
    message: "NoOps is not paused: it is stopped",
    remedy: "`tapline noops resume --from-kill` lets it go on",
  });
  expect((await log.switches()).kill).toMatchObject({ by: "ada", reason: "a test" });
  await desk.revive(act);
  expect(await lastEntry()).toMatchObject({ action: "noops.revived" });
  expect((await log.switches()).kill).toBeNull();
});

test("a pause ends by itself, or by who resumes", async () => {
  await desk.pause({ pauses: "down", untilEpochMs: now + 1_000 }, act);
  await desk.pause({ pauses: "down", untilEpochMs: now + 2_000 }, act);
  await desk.pause({ pauses: "all", untilEpochMs: null }, act);
  expect(await lastEntry()).toMatchObject({ action: "noops.paused", facts: { pauses: "all" } });
  expect((await log.switches()).pauses.map(({ pauses }) => pauses)).toEqual(["down", "all"]);
  now += 2_000;
  expect((await log.switches()).pauses.map(({ pauses }) => pauses)).toEqual(["all"]);
  await desk.resume(act);
  expect(await lastEntry()).toMatchObject({ action: "noops.resumed" });
  expect((await log.switches()).pauses).toEqual([]);
});

test("a rule is armed by hand, for as long as it is the same rule", async () => {
  await desk.setMode("scale-up", "armed", act);
  expect(await lastEntry()).toMatchObject({
    ...{ action: "noops.mode-set", before: { mode: "dry-run" }, after: { mode: "armed" } },
  });
  await expect(desk.setMode("scale-up", "armed", act)).rejects.toThrow("in mode armed already");
  await expect(desk.setMode("scale-down", "armed", act)).rejects.toThrow("no NoOps rule in force");
  await desk.setMode("scale-up", "as-written", act);
  expect((await log.switches()).modes).toEqual([]);
});

test("of two who take the lease one has it, and its number grows with each change of hands", async () => {
  const lease = new NoopsLease(prisma, 60_000);
  expect(await lease.take("one")).toBe(fence);
  expect(await lease.take("two")).toBeNull();
  await lease.resign("one");
  const next = (await lease.take("two")) ?? -1;
  expect(next).toBeGreaterThan(fence);
  await expect(log.add(fresh(), fence)).rejects.toThrow(`lease ${fence} of noops is over`);
  await expect(log.begin(fresh(), fence)).rejects.toThrow(`lease ${fence} of noops is over`);
  expect(await lease.standing()).toMatchObject({ holder: "two", fence: next, isHeld: true });
  await lease.resign("two");
});

test("a process that stands still while it writes does not keep the next one from the lease, and has written nothing", async () => {
  let next: number | null = null;
  const stood = prisma.$transaction(
    async (tx) => {
      await tx.installationFact.create({ data: { name: "stood-still", value: "yes" } });
      await leaseCheck(fence)(tx);
      // It asks for nothing meanwhile; this waits for the row that it holds.
      await prisma.$executeRaw`UPDATE noops_lease SET until = now() - interval '1 second'`;
      next = await new NoopsLease(prisma, 60_000).take("two");
    },
    { timeout: 600_000 },
  );
  await expect(stood).rejects.toThrow();
  expect(next).toBeGreaterThan(fence);
  expect(await prisma.installationFact.count({ where: { name: "stood-still" } })).toBe(0);
  await new NoopsLease(prisma, 60_000).resign("two");
}, 120_000);

test("a database that was restored gives no number below those that were given before its copy was put back", async () => {
  const restored = connectPrisma(await freshDatabase());
  try {
    await restored.$executeRaw`INSERT INTO noops_lease (owner, holder, fence, until) VALUES ('noops', 'long ago', 3, now() - interval '1 day')`;
    const number = await new NoopsLease(restored, 60_000).take("two");
    expect(number).toBeGreaterThanOrEqual(fence);
  } finally {
    await restored.$disconnect();
  }
});

test("of each rule and target the last decision is where a decider goes on", async () => {
  const at = (target: string, more: Partial<Decision> = {}) => fresh({ ruleId: "goes-on", target, ...more });
  const [old, first] = [at("old", { lastAtEpochMs: now - 1 }), at("validation")];
  for (const one of [old, first]) await log.add({ ...one, state: "none" }, fence);
  now += 1;
  const [last, other] = [at("validation"), at("transfer")];
  for (const one of [last, other]) await log.add({ ...one, state: "none" }, fence);
  const found = (await log.latest(now - 1)).filter(({ ruleId }) => ruleId === "goes-on");
  expect(found.map(({ id }) => id).toSorted()).toEqual([last.id, other.id].toSorted());
});

test("decisions only go on, and none that acted goes", async () => {
  const { id } = await doneScale();
  const write = (sql: string) => prisma.$executeRawUnsafe(sql);
  await expect(write(`UPDATE noops_decision SET state = 'acting' WHERE id = '${id}'`)).rejects.toThrow(
    "does not go",
  );
  await expect(write(`DELETE FROM noops_decision WHERE id = '${id}'`)).rejects.toThrow("is kept");
  await expect(write("UPDATE noops_lease SET fence = 0")).rejects.toThrow("only grows");
  await expect(write("DELETE FROM noops_rule_set")).rejects.toThrow("is refused");
});

test("the same decision again is counted in one row, and what came to nothing goes once it is old", async () => {
  const idle = fresh({ state: "none", condition: "clear", act: null, preview: null, says: "in order" });
  await log.add(idle, fence);
  await log.again({ ...idle, times: 7, lastAtEpochMs: now + 9 }, fence);
  expect(await desk.find(idle.id)).toMatchObject({ times: 7, lastAtEpochMs: now + 9, atEpochMs: now });
  now += 1;
  const refused = fresh({ state: "refused", guards: [{ guard: "pause", passed: false, says: "paused" }] });
  await log.add(refused, fence);
  expect(await lastEntry()).toMatchObject({ action: "noops.refused", facts: { guard: "pause" } });
  const { decisions, next } = await desk.list({ ruleId: "scale-up" }, 1);
  expect(decisions.map(({ id }) => id)).toEqual([refused.id]);
  expect((await desk.list({}, 1, next)).decisions.map(({ id }) => id)).toEqual([idle.id]);
  const { id } = await doneScale();
  now += 31 * 24 * 3_600_000;
  await log.prune();
  expect((await desk.list({ states: ["none", "refused"] }, 10)).decisions).not.toContainEqual(
    expect.objectContaining({ begunAtEpochMs: null, id: idle.id }),
  );
  expect(await desk.find(id)).toMatchObject({ state: "done" });
});
