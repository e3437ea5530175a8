import { type AuditEntry, auditEntrySchema } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import type { Prisma, PrismaClient } from "./generated/client.ts";

/** Which entries; null = any. An action or a subject may be a kind alone: `key`, `segment`. */
export type EntryFilter = {
  readonly sinceEpochMs: number | null;
  readonly action: string | null;
  readonly actorId: string | null;
  readonly subject: string | null;
};

/** Reads audit entries as they were recorded. */
export class AuditEntries {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Ids of the entries that say that a segment is archived, the first one first; those of a rebuilt index say it anew. */
  async archivalsOf(segment: string): Promise<string[]> {
    const rows = await this.#prisma.auditEntry.findMany({
      where: { subject: `segment/${segment}`, action: { in: ["segment.archived", "segment.adopted"] } },
      orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * The newest entries that fit, newest first.
   * @throws TaplineError `corrupt` where an entry is none
   */
  async newest(filter: EntryFilter, limit: number): Promise<AuditEntry[]> {
    const rows = await this.#prisma.auditEntry.findMany({
      where: whereOf(filter),
      orderBy: [{ recordedAt: "desc" }, { id: "desc" }],
      take: limit,
      select: { id: true, bytes: true },
    });
    return rows.map(({ id, bytes }) => {
      try {
        return auditEntrySchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
      } catch (cause) {
        throw new TaplineError("corrupt", `the audit entry ${id} cannot be read`, {
          remedy: "see whether it was changed: tapline audit verify --full",
          cause,
        });
      }
    });
  }
}

function whereOf({ sinceEpochMs, action, actorId, subject }: EntryFilter): Prisma.AuditEntryWhereInput {
  return {
    ...(sinceEpochMs === null ? {} : { recordedAt: { gte: new Date(sinceEpochMs) } }),
    ...(action === null ? {} : { action: action.includes(".") ? action : { startsWith: `${action}.` } }),
    ...(actorId === null ? {} : { actorId }),
    ...(subject === null ? {} : { subject: subject.includes("/") ? subject : { startsWith: `${subject}/` } }),
  };
}
