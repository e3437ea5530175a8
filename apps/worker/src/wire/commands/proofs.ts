import {
  ArchiveIndex,
  AuditEntries,
  AuditLog,
  connectPrisma,
  type PrismaClient,
} from "@tapline/adapters/prisma";
import type { TlogProof } from "@tapline/core/audit";
import type { WantedTap } from "../../care/prove-tap.ts";

/** What index and audit log tell of a tap, for commands. @param named which log; default: any that knows the segment */
export function openProofs(
  databaseUrl: string,
  named: string | undefined,
): {
  readonly findSegment: (tap: WantedTap) => Promise<string | null>;
  readonly proveSegment: (segment: string) => Promise<TlogProof | null>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  const index = new ArchiveIndex(prisma);
  return {
    findSegment: ({ tracker, epoch, seq }) => index.segmentOf(tracker, epoch ?? null, seq),
    proveSegment: segmentProver(prisma, named),
    close: () => prisma.$disconnect(),
  };
}

/** Proves by the audit log that a segment is archived; null where the log has not got so far. @param named default: any log that knows it */
export function segmentProver(
  prisma: PrismaClient,
  named?: string,
): (segment: string) => Promise<TlogProof | null> {
  const entries = new AuditEntries(prisma);
  return async (segment) => {
    for (const log of named === undefined ? await AuditLog.names(prisma) : [named])
      for (const entry of await entries.archivalsOf(segment)) {
        const proof = await new AuditLog(prisma, log).prove(entry);
        if (proof !== null) return proof;
      }
    return null;
  };
}
