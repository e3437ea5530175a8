import { CachesDesk, cachedDirectories, connectPrisma } from "@tapline/adapters/prisma";

/** What all processes of the installation keep in memory, for commands. */
export function openCaches(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const desk = new CachesDesk(prisma, Date.now);
  return { desk, directories: cachedDirectories, close: () => prisma.$disconnect() };
}
