import { KeyMap } from "@tapline/adapters/keys";
import {
  ArchiveCopies,
  ArchiveExpiry,
  ArchiveHolds,
  ArchiveIndex,
  ArchiveNotes,
  connectPrisma,
  GapStatements,
  peopleNames,
  SegmentCatalogue,
  SiteStatements,
} from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { dryLevel } from "../../care/dry-run.ts";
import { type Expired, type ExpireParts, expireArchive } from "../../care/expire-archive.ts";
import { type LevelArchiveParts, levelSince } from "../../care/level-archive.ts";
import type { Levelled } from "../../care/levelled.ts";
import { answered } from "./answered.ts";
import { type ArchivePlaces, openArchives } from "./open-archives.ts";

/** Holds in PostgreSQL, for commands. */
export function openHolds(databaseUrl: string): {
  readonly holds: ArchiveHolds;
  /** Of people, by their ids. */
  readonly namesOf: (ids: Iterable<string>) => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    holds: new ArchiveHolds(prisma, Date.now),
    namesOf: (ids) => peopleNames(prisma, ids),
    close: () => prisma.$disconnect(),
  };
}

/** Redis is asked once before the work begins: it would be waited for ever in the middle of it. */
const pingWithinMs = 5_000;
const leftoverAfterMs = 24 * 3_600_000;

/** Compares archives with index and buffer, for commands. */
export function openLevel(
  places: ArchivePlaces,
  stores: { readonly databaseUrl: string; readonly redisUrl: string },
  trust: string,
) {
  const prisma = connectPrisma(stores.databaseUrl);
  const redis = connectRedis(stores.redisUrl, () => undefined);
  const { targets, close } = openArchives(places);
  return {
    level: async (
      sinceDay: string,
      parts: Pick<LevelArchiveParts, "actor" | "reason" | "traceId" | "onFault" | "onSilent">,
      dryRun: boolean,
    ): Promise<Levelled> => {
      await answered(redis.ping(), pingWithinMs);
      const whole = {
        ...{ ...parts, leftoverAfterMs, clock: Date.now, targets },
        ...{ copies: new ArchiveCopies(prisma), keys: new KeyMap(prisma) },
        ...{ catalogue: new SegmentCatalogue(prisma), index: new ArchiveIndex(prisma) },
        ...{ notes: new ArchiveNotes(prisma), holds: new ArchiveHolds(prisma, Date.now) },
        buffer: new SegmentBuffer(redis),
        trust: { rootPems: [trust], crlPems: [trust] },
      };
      return await levelSince(sinceDay, dryRun ? dryLevel(whole) : whole);
    },
    close: async (): Promise<void> => {
      await close();
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

/** Removes what is old enough from archives, for commands. */
export function openExpiry(places: ArchivePlaces, databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const { targets, close } = openArchives(places);
  const expiry = new ArchiveExpiry(prisma);
  return {
    targets,
    expire: (
      target: ExpireParts["target"],
      beforeDay: string,
      dryRun: boolean,
      parts: Pick<ExpireParts, "act" | "onHeld">,
    ): Promise<Expired> => expireArchive(beforeDay, dryRun, { expiry, target, clock: Date.now, ...parts }),
    close: async (): Promise<void> => {
      await close();
      await prisma.$disconnect();
    },
  };
}
