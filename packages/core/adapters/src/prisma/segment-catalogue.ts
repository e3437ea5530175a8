import { dayOfSegment } from "@tapline/core/transfer";
import type { Prisma, PrismaClient } from "./generated/client.ts";

/** What the index knows of a segment's files. */
export type CatalogueRow = {
  readonly id: string;
  readonly objectBytes: number;
  /** SHA-256, 32 bytes each. */
  readonly objectDigest: Buffer;
  readonly manifestDigest: Buffer;
  readonly taps: number;
  /** True where its files were removed because their time was over. */
  readonly expired: boolean;
  /** Names of the archives that hold it. */
  readonly targets: readonly string[];
  /** SubjectKeyIdentifiers of the keys that open it, hexadecimal. */
  readonly keys: readonly string[];
};

const select = {
  ...{ id: true, objectBytes: true, objectDigest: true, manifestDigest: true, taps: true, expiredAt: true },
  ...{ copies: { select: { target: true } }, keys: { select: { ski: true } } },
} as const satisfies Prisma.SegmentSelect;

const dayMs = 24 * 3_600_000;

/** The index's segments by the day in which they were cut: what the archive should hold. */
export class SegmentCatalogue {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Days that have segments, `YYYY/MM/DD`, oldest first. One query for each. @param sinceDay "" = all */
  async days(sinceDay = ""): Promise<string[]> {
    const days: string[] = [];
    let from = sinceDay === "" ? lowestIdAt(0) : lowestIdAt(epochMsOf(sinceDay));
    for (;;) {
      const where = { id: { gte: from } };
      const next = await this.#prisma.segment.findFirst({
        where,
        orderBy: { id: "asc" },
        select: { id: true },
      });
      if (next === null) return days;
      const day = dayOfSegment(next.id);
      days.push(day);
      from = lowestIdAt(epochMsOf(day) + dayMs);
    }
  }

  /** The first day that has segments, `YYYY/MM/DD`; null where there are none. */
  async firstDay(): Promise<string | null> {
    const first = await this.#prisma.segment.findFirst({ orderBy: { id: "asc" }, select: { id: true } });
    return first === null ? null : dayOfSegment(first.id);
  }

  /** Every segment of a day, by id. */
  async rowsOfDay(day: string): Promise<CatalogueRow[]> {
    const begin = epochMsOf(day);
    const where = { id: { gte: lowestIdAt(begin), lt: lowestIdAt(begin + dayMs) } };
    return (await this.#prisma.segment.findMany({ where, orderBy: { id: "asc" }, select })).map(toRow);
  }

  /** Those of `ids` that the index knows. */
  async rows(ids: readonly string[]): Promise<CatalogueRow[]> {
    return (await this.#prisma.segment.findMany({ where: { id: { in: [...ids] } }, select })).map(toRow);
  }
}

function toRow(row: Prisma.SegmentGetPayload<{ select: typeof select }>): CatalogueRow {
  const { id, objectBytes, taps, copies, keys } = row;
  return {
    ...{ id, objectBytes, taps, expired: row.expiredAt !== null },
    targets: copies.map(({ target }) => target),
    keys: keys.map(({ ski }) => ski),
    objectDigest: Buffer.from(row.objectDigest),
    manifestDigest: Buffer.from(row.manifestDigest),
  };
}

/** A UUID version 7 begins with its time, so that ids of a span of time lie side by side in the primary key. */
export function lowestIdAt(epochMs: number): string {
  const hex = Math.max(0, epochMs).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

function epochMsOf(day: string): number {
  return Date.parse(day.replaceAll("/", "-"));
}
