import type { PrismaClient } from "@tapline/adapters/prisma";
import type { Auth } from "./create-auth.ts";

/** Any fixed number that nothing else in this database locks on: "TAPL" in ASCII. */
const firstAdminLock = 0x5441504c;

/**
 * Makes the first person, an admin, where there is nobody yet.
 * @returns whether it made one; two callers at once make one between them
 */
export function ensureFirstAdmin(
  prisma: PrismaClient,
  auth: Auth,
  admin: { email: string; password: string },
): Promise<boolean> {
  return prisma.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT pg_advisory_xact_lock(${firstAdminLock}::bigint)::text`;
    if ((await transaction.user.count()) > 0) return false;
    await auth.api.createUser({ body: { ...admin, name: "Administrator", role: "admin" } });
    return true;
  });
}
