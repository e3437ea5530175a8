import { connectPrisma, peopleNames, RulesDesk } from "@tapline/adapters/prisma";

/** The releases of the validation rules in PostgreSQL, for commands. */
export function openRules(databaseUrl: string): {
  readonly desk: RulesDesk;
  /** Of people, by their ids. */
  readonly namesOf: (ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    desk: new RulesDesk(prisma, Date.now),
    namesOf: (ids) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}
