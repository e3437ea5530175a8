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

/** How many of the newest acts are looked at for those of some sites. */
const mostLookedAt = 2_000;

/**
 * The last of them that were done to agents which stand at these sites, or to alerts of them, newest first, among the newest acts. An
 * entry names no site: which it is of is what is known of its agent or alert now.
 */
export async function actsAtSites(
  prisma: PrismaClient,
  sites: readonly string[],
  limit: number,
): Promise<ShownEntry[]> {
  const rows = await prisma.$queryRaw<EntryRow[]>(Prisma.sql`
    WITH newest AS MATERIALIZED (
      SELECT id, recorded_at, subject FROM audit_entry
      WHERE actor_kind = 'operator' AND action NOT LIKE 'session.%'
      ORDER BY recorded_at DESC, id DESC LIMIT ${mostLookedAt}
    ), theirs AS (
      SELECT newest.id FROM newest
      LEFT JOIN agent ON newest.subject = 'agent/' || agent.id
      LEFT JOIN alert
        ON alert.id = CASE WHEN newest.subject ~ '^alert/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN substr(newest.subject, 7)::uuid END
      WHERE agent.site = ANY (${[...sites]}::text[]) OR alert.site = ANY (${[...sites]}::text[])
      ORDER BY newest.recorded_at DESC, newest.id DESC LIMIT ${limit}
    )
    SELECT ${rowColumns} FROM audit_entry ${besides}
    WHERE id IN (SELECT id FROM theirs)
    ORDER BY recorded_at DESC, id DESC`);
  return rows.flatMap((row) => entryOf(row) ?? []);
}
