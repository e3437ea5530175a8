import { readFileSync } from "node:fs";
import type { AuditEntry } from "@tapline/core/audit";
import { auditRow } from "./audit-row.ts";
import type { PrismaClient } from "./generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const scanTargetSql = sql("scan-target");
const takeTaskSql = sql("take-archive-task");
const askRewrapsSql = sql("ask-rewraps");

/** What one archive lacks. */
export type ArchiveTask = {
  readonly kind: "copy" | "withdraw" | "rewrap";
  /** The archive's name. */
  readonly target: string;
  readonly segment: string;
  /** This one included. */
  readonly attempts: number;
};

/** What a segment's files must be, and which archives hold them. */
export type CopySource = {
  /** SHA-256, 32 bytes each. */
  readonly objectDigest: Buffer;
  readonly manifestDigest: Buffer;
  readonly targets: readonly string[];
  /** SubjectKeyIdentifiers of the keys that open it, hexadecimal: those of its manifest, and those of rewraps. */
  readonly keys: readonly string[];
};

/** A segment of which an archive may hold a copy that the index does not know of, and what that must be. */
export type UnnotedCopy = {
  readonly id: string;
  /** SHA-256, 32 bytes. */
  readonly manifestDigest: Buffer;
  readonly objectBytes: number;
};

/** Which archives hold which segments, and what is still to be done at each. */
export class ArchiveCopies {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Compares a page of the index with what one archive holds; adds a task for each segment that it lacks. An archive that
   * was never seen begins with the oldest segment.
   * @param settleMs a segment is looked at once it was recorded so long ago
   * @returns how many were compared; fewer than `limit` where the end is reached, or another process is at it
   */
  async scan(target: string, limit: number, settleMs: number): Promise<{ scanned: number; lacking: number }> {
    await this.#prisma.archiveTarget.createMany({ data: [{ name: target }], skipDuplicates: true });
    const [row] = await this.#prisma.$queryRawUnsafe<{ scanned: number; lacking: number }[]>(
      ...([scanTargetSql, target, limit, settleMs] as const),
    );
    return row ?? { scanned: 0, lacking: 0 };
  }

  /** The next task of these archives, for `leaseMs` the caller's alone; null where none is due. */
  async take(targets: readonly string[], leaseMs: number): Promise<ArchiveTask | null> {
    const [row] = await this.#prisma.$queryRawUnsafe<
      { kind: ArchiveTask["kind"]; target: string; segment_id: string; attempts: number }[]
    >(takeTaskSql, targets, leaseMs);
    if (row === undefined) return null;
    return { kind: row.kind, target: row.target, segment: row.segment_id, attempts: row.attempts };
  }

  /** Tasks that wait, by archive. */
  async waiting(): Promise<{ readonly target: string; readonly tasks: number }[]> {
    const rows = await this.#prisma.archiveTask.groupBy({ by: ["target"], _count: true });
    return rows.map(({ target, _count }) => ({ target, tasks: _count }));
  }

  /** Null where the index does not know the segment, or its files were removed because their time was over. */
  async source(segment: string): Promise<CopySource | null> {
    const row = await this.#prisma.segment.findFirst({
      where: { id: segment, expiredAt: null },
      select: {
        ...{ objectDigest: true, manifestDigest: true },
        ...{ copies: { select: { target: true } }, keys: { select: { ski: true } } },
      },
    });
    if (row === null) return null;
    return {
      objectDigest: Buffer.from(row.objectDigest),
      manifestDigest: Buffer.from(row.manifestDigest),
      targets: row.copies.map(({ target }) => target),
      keys: row.keys.map(({ ski }) => ski),
    };
  }

  /** Those of `segments` that the index has, but not as held by the archive; none whose files were removed. */
  async unnoted(target: string, segments: readonly string[]): Promise<UnnotedCopy[]> {
    const rows = await this.#prisma.segment.findMany({
      where: { id: { in: [...segments] }, expiredAt: null, copies: { none: { target } } },
      select: { id: true, manifestDigest: true, objectBytes: true },
    });
    return rows.map((row) => ({ ...row, manifestDigest: Buffer.from(row.manifestDigest) }));
  }

  /** An archive that holds a segment lacks rewraps of it. */
  async lacksRewraps(segment: string, target: string): Promise<void> {
    await this.#prisma.$executeRawUnsafe(askRewrapsSql, segment, target);
  }

  /** The archive holds the segment now. Safe to call again; where the index does not know the segment, nothing happens. */
  async noteCopy(segment: string, target: string, entry: AuditEntry): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      const copied = await tx.$executeRaw`
        INSERT INTO segment_copy (segment_id, target)
        SELECT id, ${target} FROM segment WHERE id = ${segment}::uuid
        ON CONFLICT DO NOTHING`;
      if (copied > 0) await tx.auditEntry.create({ data: auditRow(entry) });
      await tx.archiveTask.deleteMany({ where: { kind: "copy", target, segmentId: segment } });
    });
  }

  /** The task needs nothing more, unless it was asked for anew meanwhile. @param entry null where nothing was done */
  async settle({ kind, target, segment, attempts }: ArchiveTask, entry: AuditEntry | null): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      const where = { kind, target, segmentId: segment, attempts };
      const { count } = await tx.archiveTask.deleteMany({ where });
      if (count > 0 && entry !== null) await tx.auditEntry.create({ data: auditRow(entry) });
    });
  }

  /** Has what archives lack of a segment tried at once. @returns how many archives that are */
  async hurry(segment: string): Promise<number> {
    const where = { segmentId: segment, OR: [{ leasedUntil: null }, { leasedUntil: { lt: new Date() } }] };
    return (await this.#prisma.archiveTask.updateMany({ where, data: { nextAt: new Date() } })).count;
  }

  /** The attempt failed: it is made again by whoever asks after `waitMs`. */
  async postpone({ kind, target, segment }: ArchiveTask, waitMs: number, fault: string): Promise<void> {
    await this.#prisma.archiveTask.updateMany({
      where: { kind, target, segmentId: segment },
      data: { nextAt: new Date(Date.now() + waitMs), leasedUntil: null, fault: fault.slice(0, 1_000) },
    });
  }
}
