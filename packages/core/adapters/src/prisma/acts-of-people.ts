import type { ShownEntry } from "@tapline/core/audit";
import { besides, type EntryRow, entryOf, rowColumns } from "./entry-queries.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";

/**
 * What people did since a moment, newest first, without their signing in and out; found by an index of their entries alone.
 * @returns at most `limit`, and whether there was more
 */
export async function actsOfPeople(
  prisma: PrismaClient,
  sinceEpochMs: number,
  limit: number,
): Promise<{ entries: ShownEntry[]; hasMore: boolean }> {
  const rows = await prisma.$queryRaw<EntryRow[]>(Prisma.sql`
    SELECT ${rowColumns} FROM audit_entry ${besides}
    WHERE actor_kind = 'operator' AND recorded_at >= ${new Date(sinceEpochMs)} AND action NOT LIKE 'session.%'
    ORDER BY recorded_at DESC, id DESC LIMIT ${limit + 1}`);
  return { entries: rows.slice(0, limit).flatMap((row) => entryOf(row) ?? []), hasMore: rows.length > limit };
}
