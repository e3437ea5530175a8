import { freshDatabase } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AskedTasks, connectPrisma, type PrismaClient } from "./index.ts";

const act = { actor: { kind: "operator", id: "ann" }, reason: "a test" } as const;
const wish = { segment: "s" };
const outcome = { says: "It was done.", facts: { segments: 1 }, list: [] };
const leaseMs = 60_000;

let prisma: PrismaClient;
let asked: AskedTasks;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  asked = new AskedTasks(prisma, Date.now);
});
afterAll(() => prisma.$disconnect());

const actions = async (subject: string) =>
  (await prisma.auditEntry.findMany({ where: { subject }, orderBy: { recordedAt: "asc" } })).map(
    ({ action, actorId }) => `${actorId} ${action}`,
  );

test("of two who ask for the same at once one is told who was first, and one worker alone takes it", async () => {
  const both = await Promise.allSettled([
    asked.ask({ kind: "retry", subject: "segment/a", wish }, act),
    asked.ask(
      { kind: "retry", subject: "segment/a", wish },
      { ...act, actor: { kind: "operator", id: "bea" } },
    ),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const [first] = await asked.list(10);
  const refused = both.find((one) => one.status === "rejected");
  expect(refused?.reason).toMatchObject({
    code: "conflict",
    message: expect.stringContaining(first?.askedBy ?? "?"),
  });
  expect(await asked.take(["verify"], "w0", leaseMs)).toBeNull();
  const taken = await Promise.all(["w1", "w2", "w3"].map((by) => asked.take(["retry"], by, leaseMs)));
  expect(taken.filter((task) => task !== null)).toMatchObject([
    { kind: "retry", wish, act: { reason: "a test" } },
  ]);
  const { takenBy } = await asked.find(first?.id ?? "");
  const task = { id: first?.id ?? "", kind: "retry", subject: "segment/a" } as const;
  expect(await asked.renew(task.id, "w9", leaseMs, "stolen")).toBe(false);
  await asked.end(task, "w9", "failed", outcome);
  expect(await asked.renew(task.id, takenBy ?? "", leaseMs, "half of it")).toBe(true);
  expect(await asked.find(task.id)).toMatchObject({ state: "under-way", progress: "half of it" });
  await asked.end(task, takenBy ?? "", "done", outcome);
  await asked.end(task, takenBy ?? "", "done", outcome);
  expect(await asked.find(task.id)).toMatchObject({ state: "done", outcome });
  expect(await actions("segment/a")).toEqual([
    `${first?.askedBy} archive.asked`,
    "asked-tasks archive.answered",
  ]);
  await asked.ask({ kind: "retry", subject: "segment/a", wish }, act);
  await asked.take(["retry"], "w1", leaseMs);
});

test("a worker that dies leaves its task to the next one, and the third that does ends it", async () => {
  const id = await asked.ask({ kind: "verify", subject: "archive/main", wish }, act);
  for (const worker of ["w1", "w2", "w3"]) {
    expect(await asked.take(["verify"], worker, leaseMs)).toMatchObject({ id });
    await prisma.askedTask.update({ where: { id }, data: { leasedUntil: new Date(Date.now() - 1_000) } });
  }
  expect(await asked.take(["verify"], "w4", leaseMs)).toBeNull();
  expect(await asked.find(id)).toMatchObject({
    state: "failed",
    outcome: { says: expect.stringContaining("Three workers") },
  });
});

test("what no worker takes is not done hours later, and stands in nobody's way", async () => {
  const id = await asked.ask({ kind: "replay", subject: "quarantine/all", wish }, act);
  await prisma.askedTask.update({ where: { id }, data: { askedAt: new Date(Date.now() - 11 * 60_000) } });
  const next = await asked.ask({ kind: "replay", subject: "quarantine/all", wish }, act);
  expect(await asked.find(id)).toMatchObject({
    state: "failed",
    outcome: { says: expect.stringContaining("No worker") },
  });
  expect(await asked.take(["replay"], "w1", leaseMs)).toMatchObject({ id: next });
});

test("more than workers come to is not asked for, until some of it has ended", async () => {
  const ask = (n: number) => asked.ask({ kind: "look-at-host-key", subject: `archive/n-${n}`, wish }, act);
  const open = await prisma.askedTask.count({ where: { endedAt: null } });
  for (let n = open; n < 50; n++) await ask(n);
  await expect(ask(50)).rejects.toMatchObject({ code: "overloaded" });
  const subject = { startsWith: "archive/n-" };
  await prisma.askedTask.updateMany({ where: { subject }, data: { state: "done", endedAt: new Date() } });
  await ask(50);
});

test("nor is done hours later what the only worker had begun, and left", async () => {
  const id = await asked.ask({ kind: "repin", subject: "archive/main", wish }, act);
  expect(await asked.take(["repin"], "w1", leaseMs)).toMatchObject({ id });
  await prisma.askedTask.update({ where: { id }, data: { leasedUntil: new Date(Date.now() - 11 * 60_000) } });
  expect(await asked.take(["repin"], "w2", leaseMs)).toBeNull();
  expect(await asked.find(id)).toMatchObject({
    state: "failed",
    outcome: { says: expect.stringContaining("No worker") },
  });
});
