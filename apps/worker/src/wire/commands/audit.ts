import {
  AuditEntries,
  AuditErasures,
  type AuditExportFiles,
  type AuditExportSummary,
  type AuditExportWish,
  AuditLog,
  connectPrisma,
  exportAudit,
  peopleNames,
} from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";

/** The audit log in PostgreSQL, for commands. @throws TaplineError `not-found` where there is none, or several and none was named */
export async function openAuditLog(
  databaseUrl: string,
  named?: string,
): Promise<{ readonly name: string; readonly log: AuditLog; readonly close: () => Promise<void> }> {
  const prisma = connectPrisma(databaseUrl);
  const close = (): Promise<void> => prisma.$disconnect();
  try {
    const names = await AuditLog.names(prisma);
    const name = named ?? (names.length === 1 ? names[0] : undefined);
    if (name === undefined || !names.includes(name))
      throw new TaplineError(
        "not-found",
        `this database holds ${names.length === 0 ? "no audit log yet" : `the logs ${names.join(", ")}`}`,
        {
          remedy: names.length === 0 ? "a worker with the role audit begins it" : "name one by --log",
        },
      );
    return { name, log: new AuditLog(prisma, name), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The entries in PostgreSQL, for commands. */
export function openAuditEntries(databaseUrl: string): {
  readonly entries: AuditEntries;
  /** Of people, by their ids. */
  readonly namesOf: (ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    entries: new AuditEntries(prisma),
    namesOf: (ids) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}

/** What is kept beside the entries, for commands. */
export function openErasures(databaseUrl: string): {
  readonly erasures: AuditErasures;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { erasures: new AuditErasures(prisma, Date.now), close: () => prisma.$disconnect() };
}

/** What writes entries of the log with their proof, for commands. @throws as `openAuditLog` */
export async function openAuditExport(
  databaseUrl: string,
  named?: string,
): Promise<{
  /** Of the log. */
  readonly name: string;
  readonly write: (
    wish: AuditExportWish,
    files: AuditExportFiles,
    onProgress: (entries: number) => void,
  ) => Promise<AuditExportSummary>;
  readonly close: () => Promise<void>;
}> {
  const { name, log, close } = await openAuditLog(databaseUrl, named);
  const reading = openAuditEntries(databaseUrl);
  return {
    name,
    write: (wish, files, onProgress) =>
      exportAudit(wish, { entries: reading.entries, log, onProgress }, files),
    close: async () => {
      await Promise.allSettled([close(), reading.close()]);
    },
  };
}
