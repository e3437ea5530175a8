import { AccountRecovery, accountOf, connectPrisma } from "@tapline/adapters/prisma";

/** The console's accounts in PostgreSQL, for commands that are told who acts. */
export function openAccounts(databaseUrl: string): {
  readonly accountOf: (email: string) => Promise<string | null>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { accountOf: (email) => accountOf(prisma, email), close: () => prisma.$disconnect() };
}

/** The same accounts, for whoever cannot sign in to them any more. */
export function openRecovery(databaseUrl: string): {
  readonly recovery: AccountRecovery;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { recovery: new AccountRecovery(prisma), close: () => prisma.$disconnect() };
}

export { passwordHash } from "@tapline/adapters/passwords";
