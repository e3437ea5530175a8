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
  search,
  whereOf,
} from "./entry-queries.ts";
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
  | { readonly is: "older" | "newer"; readonly than: Pick<LogRow, "id" | "recordedAtEpochMs"> }
  | { readonly is: "time"; readonly epochMs: number }
  | { readonly is: "place"; readonly index: number };

/** Rows, newest first; whether there are more in the direction that was asked for. */
export type RowsPage = { readonly rows: LogRow[]; readonly hasMore: boolean };

type PlacedRow = EntryRow & { readonly index: bigint | null };

/** Reads the log as people look at it: from anywhere, in either direction. */
export class LogRows {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Rows that fit; `newer` ones are those next to where they begin.
   * @throws TaplineError `not-found` for a place that the log has not reached, `overloaded` where a text is searched in too many entries
   */
  async page(filter: EntryFilter, limit: number, from: RowsFrom): Promise<RowsPage> {
    const where = [Prisma.sql`TRUE`, ...conditions(filter), ...(await this.#begin(from))];
    const order = from.is === "newer" ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    const found = await search<PlacedRow>(
      this.#prisma,
      filter,
      Prisma.sql`
        SELECT index, ${rowColumns} FROM audit_entry LEFT JOIN audit_leaf ON audit_leaf.entry_id = id ${besides}
        WHERE ${Prisma.join(where, " AND ")} ORDER BY recorded_at ${order}, id ${order} LIMIT ${limit + 1}`,
    );
    const rows = found.slice(0, limit).map(rowOf);
    return { rows: from.is === "newer" ? rows.reverse() : rows, hasMore: found.length > limit };
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

  /** How many entries with places in the range fit, counted up to `most`. @throws TaplineError `overloaded` as `page` */
  async count(filter: EntryFilter, range: PlaceRange, most: number): Promise<number> {
    const [row] = await search<{ found: bigint }>(
      this.#prisma,
      filter,
      Prisma.sql`
        SELECT count(*) AS found FROM (
          SELECT FROM audit_leaf JOIN audit_entry ON id = audit_leaf.entry_id
          WHERE ${whereOf(filter, range)} LIMIT ${most}
        ) AS fitting`,
    );
    return Number(row?.found ?? 0n);
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
