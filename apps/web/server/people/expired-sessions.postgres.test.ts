import { connectPrisma, type PrismaClient, removeExpiredSessions } from "@tapline/adapters/prisma";
import { readEntry } from "@tapline/core/audit";
import { freshDatabase, serviceOf } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { house } from "../auth/who-asks.ts";
import { startRemovingExpired } from "./expired-sessions.ts";

const now = Date.now();
const userId = "ola";
const act = { actor: house, reason: null };

let owner: PrismaClient;
/** With the rights of the console alone. */
let web: PrismaClient;

beforeAll(async () => {
  const url = await freshDatabase();
  [owner, web] = [connectPrisma(url), connectPrisma(serviceOf(url, "web"))];
  await owner.user.create({ data: { id: userId, email: "ola@console.test", name: "Ola" } });
});
beforeEach(async () => {
  await owner.session.deleteMany();
});
afterAll(async () => {
  await Promise.all([owner?.$disconnect(), web?.$disconnect()]);
});

const session = (id: string, expiresAtEpochMs: number) =>
  owner.session.create({ data: { id, token: id, userId, expiresAt: new Date(expiresAtEpochMs) } });
const left = async () =>
  (await owner.session.findMany({ orderBy: { id: "asc" } })).map(({ id }) => id).join(" ");

/** Whose sessions ended, by the audit log. */
async function ended(): Promise<string[]> {
  const rows = await owner.auditEntry.findMany({ where: { action: "session.ended" } });
  return rows
    .map(({ bytes }) => readEntry(bytes))
    .map(({ actor, subject, facts }) => `${actor.id} ${subject} ${facts.by} ${facts.session}`)
    .toSorted();
}

test("sessions that ran out go, so many at once, each with its entry; those that stand stay", async () => {
  await session("a", now - 2);
  await session("b", now - 1);
  await session("c", now);
  await session("stands", now + 1);
  const before = (await ended()).length;
  expect(await removeExpiredSessions(web, act, now, 2)).toBe(2);
  expect(await ended()).toHaveLength(before + 2);
  expect(await removeExpiredSessions(web, act, now, 2)).toBe(1);
  expect(await removeExpiredSessions(web, act, now, 2)).toBe(0);
  expect(await left()).toBe("stands");
  expect(await ended()).toEqual(["a", "b", "c"].map((id) => `console user/${userId} expiry ${id}`));
});

test("where the entries cannot be written none goes", async () => {
  await session("a", now);
  await owner.$executeRaw`ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID`;
  try {
    await expect(removeExpiredSessions(web, act, now, 2)).rejects.toThrow();
  } finally {
    await owner.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT closed`;
  }
  expect(await left()).toBe("a");
});

test("what another process is at is left to it, and nobody waits", async () => {
  await session("a", now);
  await session("b", now);
  await owner.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM session WHERE id = 'a' FOR UPDATE`;
    expect(await removeExpiredSessions(web, act, now, 2)).toBe(1);
  });
  expect(await left()).toBe("a");
});

test("the console removes all of them from time to time, also more than go at once", async () => {
  const expiresAt = new Date(now);
  const ids = Array.from({ length: 501 }, (_, at) => `old-${at}`);
  await owner.session.createMany({ data: ids.map((id) => ({ id, token: id, userId, expiresAt })) });
  await session("stands", now + 1);
  const faults: unknown[] = [];
  const stop = startRemovingExpired(
    web,
    () => now,
    { warn: (fault: unknown) => void faults.push(fault) },
    50,
  );
  await expect.poll(left, { timeout: 60_000 }).toBe("stands");
  stop();
  expect(faults).toEqual([]);
});
