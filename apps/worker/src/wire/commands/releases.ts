import { connectPrisma, peopleNames, ReleaseDesk } from "@tapline/adapters/prisma";

/** Releases of services in PostgreSQL, for commands. */
export function openReleases(databaseUrl: string): {
  readonly desk: ReleaseDesk;
  /** Of people, by their ids. */
  readonly namesOf: (ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    desk: new ReleaseDesk(prisma, Date.now),
    namesOf: (ids) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}
