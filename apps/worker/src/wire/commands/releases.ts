import { connectPrisma, ReleaseDesk } from "@tapline/adapters/prisma";

/** Releases of services in PostgreSQL, for commands. */
export function openReleases(databaseUrl: string): {
  readonly desk: ReleaseDesk;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { desk: new ReleaseDesk(prisma, Date.now), close: () => prisma.$disconnect() };
}
