import { KeyMap, KeyRing } from "@tapline/adapters/keys";
import { connectPrisma } from "@tapline/adapters/prisma";

/** The key ring and the key map in PostgreSQL, for commands. */
export function openKeys(databaseUrl: string): {
  readonly ring: KeyRing;
  readonly map: KeyMap;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    ring: new KeyRing(prisma, Date.now),
    map: new KeyMap(prisma),
    close: () => prisma.$disconnect(),
  };
}
