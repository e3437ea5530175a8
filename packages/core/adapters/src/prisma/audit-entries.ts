import { archivalActions, type Erasure, readableEntry, type ShownEntry, together } from "@tapline/core/audit";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { Prisma, type PrismaClient } from "./generated/client.ts";

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

/** A page of entries, newest first; `next` asks for the one behind it, null = that was all. */
export type EntryPage = {
  readonly entries: ShownEntry[];
  /** Ids of those among them that cannot be read: a service that was taken over can record what is none. */
  readonly unreadable: string[];
  readonly next: string | null;
};

/** Entries in the order of the log, with their places. */
export type PlacedPage = {
  readonly entries: { readonly index: number; readonly entry: ShownEntry }[];
  /** Places of those among them that cannot be read. */
  readonly unreadable: number[];
};

type EntryRow = {
  readonly id: string;
  readonly recorded_at: Date;
  readonly bytes: Uint8Array;
  /** Whether a reason is kept beside the entry. */
  readonly has_reason: boolean;
  readonly reason: string | null;
  readonly erased_at: Date | null;
};

const rowColumns = Prisma.sql`
  id::text, recorded_at, bytes, kept.entry_id IS NOT NULL AS has_reason, kept.value AS reason, kept.erased_at`;
const besides = Prisma.sql`
  LEFT JOIN audit_erasable AS kept ON kept.entry_id = id AND kept.field = 'reason'`;

/** An entry as it was sealed, its place in the log, and whether its reason was erased. */
export type PlacedEntry = {
  readonly index: number;
  readonly bytes: Uint8Array;
  /** As a certificate of erasure says it: null where nothing was erased. */
  readonly erasure: Omit<Erasure, "proof"> | null;
};

type PlacedRow = {
  readonly index: bigint;
  readonly bytes: Uint8Array;
  readonly id: string;
  readonly erased_at: Date | null;
  readonly erased_by: string | null;
};

/** Places of a log from `start` up to `end`, not included. */
export type PlaceRange = { readonly start: number; readonly end: number };

/** How long a search for a text may take, which no index helps. */
const searchMs = 5_000;

const entriesPerRead = 256;
/** A bound on what an export may take: one of everything takes minutes for millions of entries. */
const exportMs = 24 * 3_600_000;
const cursorPattern = /^(\d{1,15})\.([0-9a-f-]{36})$/;

/** Reads audit entries as they were recorded. */
export class AuditEntries {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Ids of the entries that say that a segment is archived, the first one first; those of a rebuilt index say it anew. */
  async archivalsOf(segment: string): Promise<string[]> {
    const rows = await this.#prisma.auditEntry.findMany({
      where: { subject: `segment/${segment}`, action: { in: [...archivalActions] } },
      orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * The entries that fit, newest first.
   * @param after `next` of the page before; null = from the newest on
   * @throws TaplineError `invalid-input` for a cursor that is none, `overloaded` where a text is searched in too many entries
   */
  async page(filter: EntryFilter, limit: number, after: string | null = null): Promise<EntryPage> {
    const where = Prisma.join([Prisma.sql`TRUE`, ...conditions(filter, after)], " AND ");
    const query = Prisma.sql`
      SELECT ${rowColumns} FROM audit_entry ${besides} WHERE ${where}
      ORDER BY recorded_at DESC, id DESC LIMIT ${limit + 1}`;
    const rows =
      filter.text == null ? await this.#prisma.$queryRaw<EntryRow[]>(query) : await this.#search(query);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const read = page.map(({ id, ...row }) => ({ id, entry: entryOf(row) }));
    return {
      entries: read.flatMap(({ entry }) => entry ?? []),
      unreadable: read.flatMap(({ id, entry }) => (entry === null ? id : [])),
      next: rows.length > limit && last !== undefined ? `${last.recorded_at.getTime()}.${last.id}` : null,
    };
  }

  /** How many entries have a place in the log. */
  async placed(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<
      { size: bigint | null }[]
    >`SELECT max(index) + 1 AS size FROM audit_leaf`;
    return Number(row?.size ?? 0n);
  }

  /** The first entries of a range of the log that fit, in its order. */
  async firstPlaced(filter: EntryFilter, range: PlaceRange, limit: number): Promise<PlacedPage> {
    const rows = await this.#prisma.$queryRaw<(EntryRow & { readonly index: bigint })[]>`
      SELECT index, ${rowColumns} FROM audit_leaf JOIN audit_entry ON id = audit_leaf.entry_id ${besides}
      WHERE ${whereOf(filter, range)} ORDER BY index LIMIT ${limit}`;
    const read = rows.map(({ index, ...row }) => ({ index: Number(index), entry: entryOf(row) }));
    return {
      entries: read.flatMap(({ index, entry }) => (entry === null ? [] : { index, entry })),
      unreadable: read.flatMap(({ index, entry }) => (entry === null ? index : [])),
    };
  }

  /**
   * Hands over all entries of a range of the log that fit, in its order, some hundred at a time. Waits for whoever takes them.
   * @throws what `take` throws
   */
  async eachPlaced(
    filter: EntryFilter,
    range: PlaceRange,
    take: (entries: readonly PlacedEntry[]) => Promise<void>,
  ): Promise<void> {
    await this.#prisma.$transaction(
      async (tx) => {
        // All of it is read: what gives the first rows soonest would cost more.
        await tx.$executeRaw`SET LOCAL cursor_tuple_fraction = 1`;
        await tx.$executeRaw`
          DECLARE placed NO SCROLL CURSOR FOR
          SELECT index, bytes, id::text, kept.erased_at, kept.erased_by::text
          FROM audit_leaf JOIN audit_entry ON id = audit_leaf.entry_id ${besides}
          WHERE ${whereOf(filter, range)} ORDER BY index`;
        for (;;) {
          const rows = await tx.$queryRawUnsafe<PlacedRow[]>(`FETCH ${entriesPerRead} FROM placed`);
          if (rows.length === 0) return;
          await take(rows.map(placedEntry));
        }
      },
      { timeout: exportMs },
    );
  }

  async #search(query: Prisma.Sql): Promise<EntryRow[]> {
    try {
      return await this.#prisma.$transaction(
        async (tx) => {
          await tx.$executeRawUnsafe(`SET LOCAL statement_timeout = ${searchMs}`);
          return await tx.$queryRaw<EntryRow[]>(query);
        },
        { timeout: 2 * searchMs },
      );
    } catch (cause) {
      if (!messageOf(cause).includes("statement timeout")) throw cause;
      throw new TaplineError("overloaded", `searching the text took more than ${searchMs / 1000} s`, {
        remedy: "narrow it by time, action, actor or subject",
        cause,
      });
    }
  }
}

function placedEntry({ index, bytes, id, erased_at: at, erased_by: by }: PlacedRow): PlacedEntry {
  const erasure =
    at === null || by === null
      ? null
      : { entry: id, field: "reason" as const, erasedAtEpochMs: at.getTime(), erasedBy: by };
  return { index: Number(index), bytes, erasure };
}

function whereOf(filter: EntryFilter, { start, end }: PlaceRange): Prisma.Sql {
  const range = Prisma.sql`index >= ${start} AND index < ${end}`;
  return Prisma.join([range, ...conditions(filter, null)], " AND ");
}

function conditions(filter: EntryFilter, after: string | null): Prisma.Sql[] {
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
  if (after !== null) found.push(behind(after));
  return found;
}

function behind(cursor: string): Prisma.Sql {
  const [, at, id] = cursorPattern.exec(cursor) ?? [];
  if (at === undefined || id === undefined)
    throw new TaplineError("invalid-input", "this is no place in the list of entries", {
      remedy: "take next of the page before, as it is",
    });
  return Prisma.sql`(recorded_at, id) < (${new Date(Number(at))}, ${id}::uuid)`;
}

/** Null where the bytes are no entry: the others are read all the same. */
function entryOf(row: Omit<EntryRow, "id">): ShownEntry | null {
  const { bytes, has_reason: hasReason, reason, erased_at: erasedAt } = row;
  const entry = readableEntry(bytes);
  const kept = hasReason ? { value: reason, erasedAtEpochMs: erasedAt?.getTime() ?? null } : null;
  return entry === null ? null : together(entry, kept);
}
