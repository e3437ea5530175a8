import { connectPrisma, RulesDesk } from "@tapline/adapters/prisma";

/** The releases of the validation rules in PostgreSQL, for commands. */
export function openRules(databaseUrl: string): {
  readonly desk: RulesDesk;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { desk: new RulesDesk(prisma, Date.now), close: () => prisma.$disconnect() };
}
