import type { Transaction } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { type Change, type PeopleModel, personOf, type Row } from "./person-deeds.ts";

/** Any fixed number that nothing else in this database locks on: "ADMS" in ASCII. */
const adminsLock = 0x41444d53;

/** Lets nobody else change who is an admin until the transaction ends: else two could remove each other. */
export async function holdAdmins(tx: Transaction, model: PeopleModel): Promise<void> {
  if (model !== "user") return;
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(${adminsLock}::bigint)::text`;
}

const isAdmin = (row: Row | null): boolean => row !== null && row.role === "admin" && row.banned !== true;

/** Those who were admins before these changes, and are none after them: by role, locked out, or gone. */
export function formerAdmins(model: PeopleModel, changes: readonly Change[]): string[] {
  if (model !== "user") return [];
  return changes.flatMap(({ before, after }) =>
    before !== null && isAdmin(before) && !isAdmin(after) ? personOf(model, before) : [],
  );
}

/** Without an admin nobody could make one. @throws TaplineError `conflict` where these changes leave none */
export async function assertAdminLeft(
  tx: Transaction,
  model: PeopleModel,
  changes: readonly Change[],
): Promise<void> {
  if (formerAdmins(model, changes).length === 0) return;
  if ((await tx.user.count({ where: { role: "admin", banned: false } })) > 0) return;
  throw new TaplineError("conflict", "this is the last admin: nobody could make another one", {
    remedy: "make somebody else an admin first",
  });
}
