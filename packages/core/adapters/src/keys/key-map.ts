import { readFileSync } from "node:fs";
import type { ArchiveShare } from "@tapline/core/encryption";
import type { PrismaClient } from "../prisma/generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const [keyMapSql, lostSql, totalSql] = [sql("key-map"), sql("segments-lost-with"), sql("archived-total")];
const [noteSql, noteRewrapSql] = [sql("note-segment-key"), sql("note-rewrap")];

type ShareRow = { segments: number; taps: bigint; first_at: Date | null; last_at: Date | null };

const none: ShareRow = { segments: 0, taps: 0n, first_at: null, last_at: null };

/** Which keys open which part of the archive, by the index. Keys are SubjectKeyIdentifiers, hexadecimal. */
export class KeyMap {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** What each key opens; `ski` null: segments of which no key is noted (`tapline archive reindex` cannot know more). */
  async shares(): Promise<(ArchiveShare & { readonly ski: string | null })[]> {
    const rows = await this.#prisma.$queryRawUnsafe<(ShareRow & { ski: string | null })[]>(keyMapSql);
    return rows.map((row) => ({ ski: row.ski, ...shareOf(row) }));
  }

  /** All that is archived, whatever opens it. */
  async total(): Promise<ArchiveShare> {
    const [row] = await this.#prisma.$queryRawUnsafe<ShareRow[]>(totalSql);
    return shareOf(row ?? none);
  }

  /** What nobody could open any more if the keys `gone` were, given that `usable` can be used. */
  async lostWith(gone: readonly string[], usable: readonly string[]): Promise<ArchiveShare> {
    const [row] = await this.#prisma.$queryRawUnsafe<ShareRow[]>(lostSql, [...gone], [...usable]);
    return shareOf(row ?? none);
  }

  /** Notes that one more key opens a segment; of a segment that the index does not have, nothing. */
  async note(segment: string, ski: string): Promise<void> {
    await this.#prisma.$executeRawUnsafe(noteSql, segment, ski);
  }

  /**
   * Notes that one more key opens a segment by a rewrap, and has every other archive that holds the segment get it.
   * @param lieAt names of the archives that have the rewrap's files
   */
  async noteRewrap(segment: string, ski: string, lieAt: readonly string[]): Promise<void> {
    await this.#prisma.$executeRawUnsafe(noteRewrapSql, segment, ski, [...lieAt]);
  }
}

function shareOf({ segments, taps, first_at, last_at }: ShareRow): ArchiveShare {
  return {
    ...{ segments, taps: Number(taps) },
    firstAtEpochMs: first_at?.getTime() ?? null,
    lastAtEpochMs: last_at?.getTime() ?? null,
  };
}
