import { archivalActions, type Erasure, readableEntry, type ShownEntry } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import {
  besides,
  type EntryFilter,
  type EntryRow,
  entryOf,
  type PlaceRange,
  rowColumns,
  whereOf,
} from "./entry-queries.ts";
import { findInOrder } from "./entry-search.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";

/**
 * A page of entries, newest first; `next` asks for the one behind it, null = that was all. Where a text is searched, or what is two of
 * action, actor and subject at once, a page may have fewer entries than were asked for, or none, and others behind it: it has what was
 * found within two seconds.
 */
export type EntryPage = {
  readonly entries: ShownEntry[];
  /** Ids of those among them that cannot be read: a service that was taken over can record what is none. */
  readonly unreadable: string[];
  readonly next: string | null;
};

/** Entries in the order of the log, with their places. */
export type PlacedPage = {
  readonly entries: {
    readonly index: number;
    readonly recordedAtEpochMs: number;
    readonly entry: ShownEntry;
  }[];
  /** Places of those among them that cannot be read. */
  readonly unreadable: number[];
};

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
   * @param who the person who asks; null: a command
   * @throws TaplineError `invalid-input` for a cursor that is none, `overloaded` where too many search at once
   */
  async page(
    filter: EntryFilter,
    limit: number,
    after: string | null = null,
    who: string | null = null,
  ): Promise<EntryPage> {
    const { rows, searchedTo } = await findInOrder<EntryRow>(this.#prisma, {
      ...{ filter, who, begin: after === null ? [] : [behind(after)], order: "DESC", limit: limit + 1 },
      select: Prisma.sql`SELECT ${rowColumns} FROM audit_entry ${besides}`,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more =
      rows.length > limit && last !== undefined
        ? { id: last.id, recordedAtEpochMs: last.recorded_at.getTime() }
        : searchedTo;
    const read = page.map(({ id, ...row }) => ({ id, entry: entryOf(row) }));
    return {
      entries: read.flatMap(({ entry }) => entry ?? []),
      unreadable: read.flatMap(({ id, entry }) => (entry === null ? id : [])),
      next: more === null ? null : `${more.recordedAtEpochMs}.${more.id}`,
    };
  }

  /** How many entries have a place in the log. */
  async placed(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<
      { size: bigint | null }[]
    >`SELECT max(index) + 1 AS size FROM audit_leaf`;
    return Number(row?.size ?? 0n);
  }

  /** The first entries of a range of the log that fit, in its order. For a short range: each entry of it is looked up, however large the log is. */
  async firstPlaced(filter: EntryFilter, range: PlaceRange, limit: number): Promise<PlacedPage> {
    const rows = await this.#prisma.$queryRaw<(EntryRow & { readonly index: bigint })[]>`
      SELECT index, ${rowColumns} FROM audit_leaf
      JOIN LATERAL (SELECT * FROM audit_entry WHERE id = audit_leaf.entry_id OFFSET 0) AS entry ON true ${besides}
      WHERE ${whereOf(filter, range)} ORDER BY index LIMIT ${limit}`;
    const read = rows.map(({ index, ...row }) => ({
      ...{ index: Number(index), recordedAtEpochMs: row.recorded_at.getTime(), entry: entryOf(row) },
    }));
    return {
      entries: read.flatMap(({ entry, ...place }) => (entry === null ? [] : { ...place, entry })),
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
        // As PostgreSQL takes a cursor it walks the places and looks each entry up, but where few fit. Told that all of it will be read, it would
        // sort the whole log before the first entry.
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
}

function placedEntry({ index, bytes, id, erased_at: at, erased_by: by }: PlacedRow): PlacedEntry {
  const erasure =
    at === null || by === null || !mayHaveReason(bytes)
      ? null
      : { entry: id, field: "reason" as const, erasedAtEpochMs: at.getTime(), erasedBy: by };
  return { index: Number(index), bytes, erasure };
}

/** Whoever may record may put a row beside the entries of others: of what an entry did not commit to nothing was erased. */
function mayHaveReason(bytes: Uint8Array): boolean {
  const entry = readableEntry(bytes);
  return entry?.version === 2 && entry.commitments !== undefined;
}

function behind(cursor: string): Prisma.Sql {
  const [, at, id] = cursorPattern.exec(cursor) ?? [];
  if (at === undefined || id === undefined)
    throw new TaplineError("invalid-input", "this is no place in the list of entries", {
      remedy: "take next of the page before, as it is",
    });
  return Prisma.sql`(recorded_at, id) < (${new Date(Number(at))}, ${id}::uuid)`;
}
