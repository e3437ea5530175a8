import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { AccountRecovery } from "./account-recovery.ts";
import { connectPrisma } from "./connect.ts";
import type { PrismaClient } from "./generated/client.ts";

let prisma: PrismaClient;
beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());

test("an account is recovered though it takes longer than a transaction usually may, with an entry for each of its sessions", async () => {
  const email = "ada@example.org";
  await prisma.user.create({ data: { id: "ada", email, name: "Ada", role: "admin" } });
  await prisma.$executeRaw`
    INSERT INTO session (id, token, user_id, expires_at, updated_at)
    SELECT 's' || i, 't' || i, 'ada', now(), now() FROM generate_series(1, 40) AS i`;
  const held = Promise.withResolvers<void>();
  const busy = prisma.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT id FROM "user" WHERE id = 'ada' FOR UPDATE`;
      held.resolve();
      // Prisma ends a transaction after 5 s where nothing else is said.
      await sleep(6_000);
    },
    { timeout: 60_000 },
  );
  await Promise.race([held.promise, busy]);
  const act = { actor: { kind: "operator" as const, id: "root" }, reason: "lost the phone" };
  await new AccountRecovery(prisma).recover(email, "hash", act, Date.now());
  await busy;
  expect(await prisma.session.count()).toBe(0);
  expect(await prisma.auditEntry.count({ where: { action: "session.ended" } })).toBe(40);
  expect(await prisma.account.findMany()).toMatchObject([{ userId: "ada", password: "hash" }]);
}, 90_000);
