import type { ShownEntry } from "@tapline/core/audit";
import { isUuid, TaplineError } from "@tapline/core/kernel";
import {
  besides,
  conditions,
  type EntryFilter,
  type EntryRow,
  entryOf,
  type PlaceRange,
  rowColumns,
  whereOf,
} from "./entry-queries.ts";
import { type EntrySpot, findInOrder, search } from "./entry-search.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";

/** An entry where it stands among the others. */
export type LogRow = {
  readonly id: string;
  readonly recordedAtEpochMs: number;
  /** Its place in the log; null while it waits for one. */
  readonly index: number | null;
  /** Null where it cannot be read: a service that was taken over can record what is none. */
  readonly entry: ShownEntry | null;
};

/** Where a page of rows begins: behind or before a row, or at a time or a place of the log, with what stands there. */
export type RowsFrom =
  | { readonly is: "newest" }
  | { readonly is: "older" | "newer"; readonly than: EntrySpot }
  | { readonly is: "time"; readonly epochMs: number }
  | { readonly is: "place"; readonly index: number };

/**
 * Rows, newest first; whether there may be more in the direction that was asked for. `searchedTo`: a search has come so far, and
 * goes on from there; null: from the last of the rows.
 */
export type RowsPage = {
  readonly rows: LogRow[];
  readonly hasMore: boolean;
  readonly searchedTo: EntrySpot | null;
};

type PlacedRow = EntryRow & { readonly index: bigint | null };

/** Reads the log as people look at it: from anywhere, in either direction. */
export class LogRows {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Rows that fit; `newer` ones are those next to where they begin.
   * @param who the person who asks; null: a command
   * @throws TaplineError `not-found` for a place that the log has not reached, `overloaded` where too many search at once
   */
  async page(
    filter: EntryFilter,
    limit: number,
    from: RowsFrom,
    who: string | null = null,
  ): Promise<RowsPage> {
    const { rows: found, searchedTo } = await findInOrder<PlacedRow>(this.#prisma, {
      ...{ filter, who, begin: await this.#begin(from), limit: limit + 1 },
      order: from.is === "newer" ? "ASC" : "DESC",
      select: Prisma.sql`
        SELECT index, ${rowColumns} FROM audit_entry LEFT JOIN audit_leaf ON audit_leaf.entry_id = id ${besides}`,
    });
    const rows = found.slice(0, limit).map(rowOf);
    return {
      rows: from.is === "newer" ? rows.reverse() : rows,
      ...{ hasMore: found.length > limit || searchedTo !== null, searchedTo },
    };
  }

  /** One entry. @throws TaplineError `not-found` */
  async find(id: string): Promise<LogRow> {
    const [row] = isUuid(id)
      ? await this.#prisma.$queryRaw<PlacedRow[]>`
          SELECT index, ${rowColumns} FROM audit_entry LEFT JOIN audit_leaf ON audit_leaf.entry_id = id ${besides}
          WHERE id = ${id}::uuid`
      : [];
    if (row === undefined)
      throw new TaplineError("not-found", `there is no audit entry ${id}`, {
        remedy: "look it up in the list of entries",
      });
    return rowOf(row);
  }

  /**
   * How many entries with places in the range fit, counted up to `most`. @param range null: the whole log
   * @param who the person who asks; null: a command
   * @throws TaplineError `overloaded` where too many entries are searched, or by too many at once
   */
  async count(
    filter: EntryFilter,
    range: PlaceRange | null,
    most: number,
    who: string | null = null,
  ): Promise<number> {
    const demanded = conditions(filter);
    if (demanded.length === 0) return Math.min(await this.#places(range), most);
    // Of the whole log an index of entries says it alone; few wait for their places.
    const fitting =
      range === null
        ? Prisma.sql`audit_entry WHERE ${Prisma.join(demanded, " AND ")}
            AND NOT EXISTS (SELECT FROM audit_pending WHERE audit_pending.entry_id = id)`
        : Prisma.sql`audit_leaf JOIN audit_entry ON id = audit_leaf.entry_id WHERE ${whereOf(filter, range)}`;
    const [row] = await search<{ found: bigint }>(
      this.#prisma,
      { filter, who },
      Prisma.sql`SELECT count(*) AS found FROM (SELECT FROM ${fitting} LIMIT ${most}) AS fitting`,
    );
    return Number(row?.found ?? 0n);
  }

  /** How many places of a range the log has come to: there are no gaps between them. */
  async #places(range: PlaceRange | null): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<
      { size: bigint | null }[]
    >`SELECT max(index) + 1 AS size FROM audit_leaf`;
    const size = Number(row?.size ?? 0n);
    return range === null ? size : Math.max(0, Math.min(range.end, size) - range.start);
  }

  async #begin(from: RowsFrom): Promise<Prisma.Sql[]> {
    if (from.is === "newest") return [];
    if (from.is === "time") return [Prisma.sql`recorded_at <= ${new Date(from.epochMs)}`];
    if (from.is === "place") return [await this.#atPlace(from.index)];
    const { id, recordedAtEpochMs } = from.than;
    const row = Prisma.sql`(${new Date(recordedAtEpochMs)}, ${id}::uuid)`;
    return [
      from.is === "older" ? Prisma.sql`(recorded_at, id) < ${row}` : Prisma.sql`(recorded_at, id) > ${row}`,
    ];
  }

  async #atPlace(index: number): Promise<Prisma.Sql> {
    const [row] = await this.#prisma.$queryRaw<{ id: string; recorded_at: Date }[]>`
      SELECT id::text, recorded_at FROM audit_leaf JOIN audit_entry ON id = audit_leaf.entry_id WHERE index = ${index}`;
    if (row === undefined)
      throw new TaplineError("not-found", `the log has no entry at place ${index}`, {
        remedy: "the first place is 0; the newest entry says how far the log has come",
      });
    return Prisma.sql`(recorded_at, id) <= (${row.recorded_at}, ${row.id}::uuid)`;
  }
}

function rowOf({ index, ...row }: PlacedRow): LogRow {
  return {
    ...{ id: row.id, recordedAtEpochMs: row.recorded_at.getTime() },
    ...{ index: index === null ? null : Number(index), entry: entryOf(row) },
  };
}
