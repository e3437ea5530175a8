import { KeyDesk, KeyMap, KeyRing, withoutKeys } from "@tapline/adapters/keys";
import { connectPrisma } from "@tapline/adapters/prisma";
import type { RingKey, WithoutKeys } from "@tapline/core/encryption";

/** The key ring, its desk and the key map in PostgreSQL, for commands. */
export function openKeys(databaseUrl: string): {
  readonly ring: KeyRing;
  readonly desk: KeyDesk;
  readonly map: KeyMap;
  readonly without: (skis: readonly string[], ring: readonly RingKey[]) => Promise<WithoutKeys>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  const map = new KeyMap(prisma);
  return {
    ring: new KeyRing(prisma, Date.now),
    desk: new KeyDesk(prisma, Date.now),
    without: (skis, ring) => withoutKeys(skis, ring, map),
    map,
    close: () => prisma.$disconnect(),
  };
}
