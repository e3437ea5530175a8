import { connectPrisma, GapLedger, GapStatements, peopleNames } from "@tapline/adapters/prisma";
import { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";

/** The fleet in PostgreSQL, for commands. */
export function openFleet(databaseUrl: string): {
  readonly store: FleetStore;
  readonly desk: FleetDesk;
  /** Of people, by their ids. */
  readonly namesOf: (ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    ...{ store: new FleetStore(prisma), desk: new FleetDesk(prisma) },
    namesOf: (ids) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}

/** The gap ledger and its statements in PostgreSQL, for commands. */
export function openGaps(databaseUrl: string): {
  readonly ledger: GapLedger;
  readonly statements: GapStatements;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  const [ledger, statements] = [new GapLedger(prisma), new GapStatements(prisma)];
  return { ledger, statements, close: () => prisma.$disconnect() };
}
