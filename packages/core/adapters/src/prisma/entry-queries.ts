import { readableEntry, type ShownEntry, together } from "@tapline/core/audit";
import { Prisma } from "./generated/client.ts";

/** Which entries; what is left out or null counts for nothing. An action or a subject may be a kind alone: `key`, `segment`. */
export type EntryFilter = {
  readonly sinceEpochMs?: number | null;
  readonly untilEpochMs?: number | null;
  readonly action?: string | null;
  readonly actorId?: string | null;
  readonly subject?: string | null;
  /** Stands anywhere in the entry, in any case of letters. */
  readonly text?: string | null;
};

/** Places of a log from `start` up to `end`, not included. */
export type PlaceRange = { readonly start: number; readonly end: number };

/** A row as `rowColumns` ask for it. */
export type EntryRow = {
  readonly id: string;
  readonly recorded_at: Date;
  readonly bytes: Uint8Array;
  /** Whether a reason is kept beside the entry. */
  readonly has_reason: boolean;
  readonly reason: string | null;
  readonly salt: Uint8Array | null;
  readonly erased_at: Date | null;
};

export const rowColumns = Prisma.sql`
  id::text, recorded_at, bytes, kept.entry_id IS NOT NULL AS has_reason, kept.value AS reason, kept.salt, kept.erased_at`;
/** What is kept beside entries. */
export const besides = Prisma.sql`
  LEFT JOIN audit_erasable AS kept ON kept.entry_id = id AND kept.field = 'reason'`;

/** What a filter demands of entries with places in a range. */
export function whereOf(filter: EntryFilter, { start, end }: PlaceRange): Prisma.Sql {
  const range = Prisma.sql`index >= ${start} AND index < ${end}`;
  return Prisma.join([range, ...conditions(filter)], " AND ");
}

/** What a filter demands. */
export function conditions(filter: EntryFilter): Prisma.Sql[] {
  const { sinceEpochMs, untilEpochMs, action, actorId, subject, text } = filter;
  const found: Prisma.Sql[] = [];
  if (sinceEpochMs != null) found.push(Prisma.sql`recorded_at >= ${new Date(sinceEpochMs)}`);
  if (untilEpochMs != null) found.push(Prisma.sql`recorded_at < ${new Date(untilEpochMs)}`);
  if (action != null)
    found.push(
      action.includes(".")
        ? Prisma.sql`action = ${action}`
        : Prisma.sql`split_part(action, '.', 1) = ${action}`,
    );
  if (actorId != null) found.push(Prisma.sql`actor_id = ${actorId}`);
  if (subject != null)
    found.push(
      subject.includes("/")
        ? Prisma.sql`subject = ${subject}`
        : Prisma.sql`split_part(subject, '/', 1) = ${subject}`,
    );
  if (text != null)
    found.push(Prisma.sql`(position(lower(${text}) in lower(convert_from(bytes, 'UTF8'))) > 0 OR EXISTS (
      SELECT FROM audit_erasable AS said WHERE said.entry_id = id AND position(lower(${text}) in lower(said.value)) > 0))`);
  return found;
}

/** Null where the bytes are no entry: the others are read all the same. */
export function entryOf(row: Omit<EntryRow, "id">): ShownEntry | null {
  const { bytes, has_reason: hasReason, reason, salt, erased_at: erasedAt } = row;
  const entry = readableEntry(bytes);
  const kept = hasReason ? { value: reason, salt, erasedAtEpochMs: erasedAt?.getTime() ?? null } : null;
  return entry === null ? null : together(entry, kept);
}
