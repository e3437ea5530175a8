import { accountOf, connectPrisma } from "@tapline/adapters/prisma";

/** The console's accounts in PostgreSQL, for commands that are told who acts. */
export function openAccounts(databaseUrl: string): {
  readonly accountOf: (email: string) => Promise<string | null>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { accountOf: (email) => accountOf(prisma, email), close: () => prisma.$disconnect() };
}
