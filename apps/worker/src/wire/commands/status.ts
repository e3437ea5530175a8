import { KeyRing } from "@tapline/adapters/keys";
import {
  ArchiveCopies,
  AuditLog,
  connectPrisma,
  GapLedger,
  InstallationStanding,
  RestoreDrills,
  rightsOverLog,
  SiteStatements,
} from "@tapline/adapters/prisma";
import { connectRedis, serverUpSinceEpochMs } from "@tapline/adapters/redis";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { quarantineFolder } from "@tapline/core/transfer";
import { type ArchivePlaces, openArchives } from "./open-archives.ts";

/** What `tapline status` asks the database. */
export function openDatabaseStanding(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    standing: new InstallationStanding(prisma),
    copies: new ArchiveCopies(prisma),
    drills: new RestoreDrills(prisma),
    gaps: new GapLedger(prisma),
    sites: new SiteStatements(prisma),
    ring: new KeyRing(prisma, Date.now),
    auditLogs: async () =>
      (await AuditLog.names(prisma)).map((name) => ({ name, log: new AuditLog(prisma, name) })),
    rightsOverLog: () => rightsOverLog(prisma),
    close: () => prisma.$disconnect(),
  };
}

/** When Redis itself started, ms since 1970. @throws where it does not answer within `withinMs` */
export async function redisUpSinceEpochMs(redisUrl: string, withinMs: number): Promise<number> {
  let last = `no answer within ${withinMs / 1_000} s`;
  const onError = (error: Error): void => {
    last = messageOf(error);
  };
  const redis = connectRedis(redisUrl, onError, { commandTimeoutMs: withinMs });
  try {
    return await serverUpSinceEpochMs(redis, Date.now());
  } catch (cause) {
    throw new TaplineError("unavailable", `Redis does not answer: ${last}`, { cause });
  } finally {
    redis.disconnect();
  }
}

/** Each archive by its name, and a look into it. */
export function openArchiveLooks(places: ArchivePlaces) {
  const { targets, close } = openArchives(places);
  return {
    looks: targets.map(({ name, archive }) => ({
      name,
      look: async (): Promise<void> => void (await archive.stat(quarantineFolder)),
    })),
    close,
  };
}
