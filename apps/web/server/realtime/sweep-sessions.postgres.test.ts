import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { freshDatabase } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepSessions } from "./sweep-sessions.ts";

let prisma: PrismaClient;
const now = new Date("2026-05-01T12:00:00Z");

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  for (const [id, expiresAt, banned] of [
    ["good", "2026-05-01T13:00:00Z", false],
    ["expired", "2026-05-01T11:59:59Z", false],
    ["banned", "2026-05-01T13:00:00Z", true],
  ] as const) {
    const session = { id, token: id, expiresAt: new Date(expiresAt) };
    const user = { id, name: id, email: `${id}@console.test`, banned };
    await prisma.user.create({ data: { ...user, sessions: { create: session } } });
  }
});
afterAll(() => prisma.$disconnect());

function sockets() {
  const disconnected: string[] = [];
  const held = ["good", "expired", "banned", "deleted", "good"].map((sessionId) => ({
    data: { sessionId, sites: null },
    disconnect: () => disconnected.push(sessionId),
  }));
  return { held, disconnected };
}

test("sockets of sessions that expired, were deleted or whose person was banned are disconnected", async () => {
  const { held, disconnected } = sockets();
  await sweepSessions(held, prisma, now);
  expect(disconnected.toSorted()).toEqual(["banned", "deleted", "expired"]);
});

test("sockets of a person who sees other sites than when they came are disconnected, and no others", async () => {
  await prisma.user.update({ where: { id: "good" }, data: { scope: "sites", sites: ["north"] } });
  const disconnected: unknown[] = [];
  const held = [null, [], ["south"], ["north", "south"], ["north"]].map((sites) => ({
    data: { sessionId: "good", sites },
    disconnect: () => disconnected.push(sites),
  }));
  await sweepSessions(held, prisma, now);
  expect(disconnected).toEqual([null, [], ["south"], ["north", "south"]]);
});

test("without PostgreSQL nobody is thrown out", async () => {
  const { held, disconnected } = sockets();
  const away = connectPrisma("postgresql://nobody@127.0.0.1:1/none");
  await expect(sweepSessions(held, away, now)).rejects.toThrow();
  expect(disconnected).toEqual([]);
});
