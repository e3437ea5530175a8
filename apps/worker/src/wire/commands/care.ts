import { ArchiveHolds, connectPrisma } from "@tapline/adapters/prisma";

/** Holds in PostgreSQL, for commands. */
export function openHolds(databaseUrl: string): {
  readonly holds: ArchiveHolds;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { holds: new ArchiveHolds(prisma, Date.now), close: () => prisma.$disconnect() };
}
