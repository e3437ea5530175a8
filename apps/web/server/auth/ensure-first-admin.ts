import { randomBytes } from "node:crypto";
import { auditRow, type PrismaClient } from "@tapline/adapters/prisma";
import { newEntry } from "@tapline/core/audit";
import type { Auth } from "./create-auth.ts";
import { type AuthDatabase, peopleIn } from "./recorded-people.ts";

/** Any fixed number that nothing else in this database locks on: "TAPL" in ASCII. */
const firstAdminLock = 0x5441504c;
/** A slow machine may take seconds to hash a password. */
const limits = { maxWait: 30_000, timeout: 30_000 };

/**
 * Makes the first person, an admin, where there is nobody yet: person, password and audit entry, or none of them.
 * Nobody learns the password of an admin that was made by halves.
 * @param authOn sign-in that keeps its people there
 * @returns whether it made one; two callers at once make one between them
 */
export function ensureFirstAdmin(
  prisma: PrismaClient,
  authOn: (database: AuthDatabase) => Auth,
  admin: { email: string; password: string },
): Promise<boolean> {
  return prisma.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT pg_advisory_xact_lock(${firstAdminLock}::bigint)::text`;
    if ((await transaction.user.count()) > 0) return false;
    const body = { ...admin, name: "Administrator", role: "admin" as const };
    const { user } = await authOn(peopleIn(transaction)).api.createUser({ body });
    const entry = newEntry(Date.now(), randomBytes, {
      actor: { kind: "job", id: "console" },
      action: "user.first-admin",
      subject: `user/${user.id}`,
      reason: "nobody could sign in yet",
      facts: {},
      after: { role: "admin" },
    });
    await transaction.auditEntry.create({ data: auditRow(entry) });
    return true;
  }, limits);
}
