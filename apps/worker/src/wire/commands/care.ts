import {
  type Act,
  ArchiveExpiry,
  ArchiveHolds,
  ArchiveIndex,
  ArchiveNotes,
  connectPrisma,
  GapStatements,
  SegmentCatalogue,
  SiteStatements,
} from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import type { Actor } from "@tapline/core/kernel";
import { mainTarget } from "@tapline/core/transfer";
import { type Expired, type ExpireParts, expireArchive } from "../../care/expire-archive.ts";
import { type LevelArchiveParts, levelSince } from "../../care/level-archive.ts";
import type { Levelled } from "../../care/level-day.ts";
import type { ArchivePlace } from "./archive.ts";

/** Holds in PostgreSQL, for commands. */
export function openHolds(databaseUrl: string): {
  readonly holds: ArchiveHolds;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { holds: new ArchiveHolds(prisma, Date.now), close: () => prisma.$disconnect() };
}

const leftoverAfterMs = 24 * 3_600_000;

/** Compares an archive with index and buffer, for commands. */
export function openLevel(
  place: ArchivePlace,
  stores: { readonly databaseUrl: string; readonly redisUrl: string },
  trust: string,
) {
  const prisma = connectPrisma(stores.databaseUrl);
  const redis = connectRedis(stores.redisUrl, () => undefined);
  const archive = "dir" in place ? new DirectoryArchive(place.dir) : new SftpArchive(place);
  return {
    level: (sinceDay: string, actor: Actor, onFault: LevelArchiveParts["onFault"]): Promise<Levelled> =>
      levelSince(sinceDay, {
        ...{ actor, onFault, leftoverAfterMs, clock: Date.now, targets: [{ name: mainTarget, archive }] },
        ...{ catalogue: new SegmentCatalogue(prisma), index: new ArchiveIndex(prisma) },
        ...{ notes: new ArchiveNotes(prisma), holds: new ArchiveHolds(prisma, Date.now) },
        buffer: new SegmentBuffer(redis),
        trust: { rootPems: [trust], crlPems: [trust] },
      }),
    close: async (): Promise<void> => {
      if (archive instanceof SftpArchive) await archive.close();
      redis.disconnect();
      await prisma.$disconnect();
    },
  };
}

/** Sites and their days in PostgreSQL, for commands. */
export function openSites(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    sites: new SiteStatements(prisma),
    statements: new GapStatements(prisma),
    close: () => prisma.$disconnect(),
  };
}

/** Removes what is old enough from an archive, for commands. */
export function openExpiry(place: ArchivePlace, name: string, databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const archive = "dir" in place ? new DirectoryArchive(place.dir) : new SftpArchive(place);
  const expiry = new ArchiveExpiry(prisma);
  return {
    expire: (beforeDay: string, dryRun: boolean, act: Act, onHeld: ExpireParts["onHeld"]): Promise<Expired> =>
      expireArchive(beforeDay, dryRun, { expiry, act, onHeld, clock: Date.now, target: { name, archive } }),
    close: async (): Promise<void> => {
      if (archive instanceof SftpArchive) await archive.close();
      await prisma.$disconnect();
    },
  };
}
