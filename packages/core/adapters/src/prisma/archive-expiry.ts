import { randomBytes } from "node:crypto";
import { newEntry } from "@tapline/core/audit";
import type { Hold } from "@tapline/core/transfer";
import type { Act } from "./acts.ts";
import { guardedSegments, lockHolds } from "./archive-holds.ts";
import { auditRow } from "./audit-row.ts";
import type { PrismaClient } from "./generated/client.ts";
import { lowestIdAt } from "./segment-catalogue.ts";

/** A segment whose time is over. */
export type ExpiringSegment = { readonly id: string; readonly taps: number; readonly objectBytes: number };

/** Takes segments out of the archive for good: the index keeps their rows, so that their taps stay known. */
export class ArchiveExpiry {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Segments cut before a day that `target` holds, by id. @param afterId the last one of the page before; "" = none
   * @param beforeDay `YYYY-MM-DD`
   */
  async page(beforeDay: string, target: string, afterId: string, rows: number): Promise<ExpiringSegment[]> {
    const id = { lt: lowestIdAt(Date.parse(beforeDay)), ...(afterId === "" ? {} : { gt: afterId }) };
    return await this.#prisma.segment.findMany({
      where: { id, copies: { some: { target } } },
      orderBy: { id: "asc" },
      take: rows,
      select: { id: true, taps: true, objectBytes: true },
    });
  }

  /** Those of `ids` that a hold guards, each with that hold. */
  async guarded(ids: readonly string[]): Promise<Map<string, Hold>> {
    return await guardedSegments(this.#prisma, ids);
  }

  /**
   * Marks a segment as expired, with the digests of what is removed, unless a hold guards it: from then on nobody misses
   * its files. @returns the hold that guards it, or null
   */
  async begin(id: string, act: Act, atEpochMs: number): Promise<Hold | null> {
    return await this.#prisma.$transaction(async (tx) => {
      await lockHolds(tx, "shared");
      const hold = (await guardedSegments(tx, [id])).get(id) ?? null;
      if (hold !== null) return hold;
      const row = await tx.segment.findUniqueOrThrow({ where: { id } });
      if (row.expiredAt !== null) return null;
      await tx.segment.update({ where: { id }, data: { expiredAt: new Date(atEpochMs) } });
      const facts = {
        ...{ taps: row.taps, objectBytes: row.objectBytes, objectPath: row.objectPath },
        objectSha256: Buffer.from(row.objectDigest).toString("hex"),
        manifestSha256: Buffer.from(row.manifestDigest).toString("hex"),
      };
      const what = { ...act, action: "segment.expired", subject: `segment/${id}`, facts } as const;
      await tx.auditEntry.create({ data: auditRow(newEntry(atEpochMs, randomBytes, what)) });
      return null;
    });
  }

  /** An archive's files are gone. */
  async removed(id: string, target: string): Promise<void> {
    await this.#prisma.segmentCopy.deleteMany({ where: { segmentId: id, target } });
  }

  /** The archive refused: the segment is there as before, and that is audited. */
  async refused(id: string, target: string, act: Act, atEpochMs: number): Promise<void> {
    const what = {
      ...act,
      action: "segment.expiry-refused",
      subject: `segment/${id}`,
      facts: { target },
    } as const;
    await this.#prisma.$transaction([
      this.#prisma.segment.update({ where: { id }, data: { expiredAt: null } }),
      this.#prisma.auditEntry.create({ data: auditRow(newEntry(atEpochMs, randomBytes, what)) }),
    ]);
  }
}
