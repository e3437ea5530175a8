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
  WatchReadings,
} from "@tapline/adapters/prisma";
import { AlertBoard } from "@tapline/adapters/prisma/alerts";
import {
  connectRedis,
  type HeardProcess,
  serverUpSinceEpochMs,
  TelemetryStream,
} from "@tapline/adapters/redis";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { quarantineFolder } from "@tapline/core/transfer";
import { type ArchivePlaces, openArchives } from "./open-archives.ts";

/** What `tapline status` asks the database. */
export function openDatabaseStanding(databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  return {
    alerts: new AlertBoard(prisma),
    standing: new InstallationStanding(prisma),
    copies: new ArchiveCopies(prisma),
    drills: new RestoreDrills(prisma),
    gaps: new GapLedger(prisma),
    sites: new SiteStatements(prisma),
    watch: new WatchReadings(prisma),
    ring: new KeyRing(prisma, Date.now),
    auditLogs: async () =>
      (await AuditLog.names(prisma)).map((name) => ({ name, log: new AuditLog(prisma, name) })),
    rightsOverLog: () => rightsOverLog(prisma),
    close: () => prisma.$disconnect(),
  };
}

/** What `tapline status` asks Redis. */
type RedisStanding = {
  /** When Redis itself started, ms since 1970. */
  readonly upSinceEpochMs: number;
  /** Processes that gave a sign of life of late. */
  readonly processes: readonly HeardProcess[];
};

/** @throws where Redis does not answer within `withinMs` */
export async function readRedisStanding(
  redisUrl: string,
  { heardMs, withinMs }: { readonly heardMs: number; readonly withinMs: number },
): Promise<RedisStanding> {
  let last = `no answer within ${withinMs / 1_000} s`;
  const onError = (error: Error): void => {
    last = messageOf(error);
  };
  const redis = connectRedis(redisUrl, onError, { commandTimeoutMs: withinMs });
  try {
    const [upSinceEpochMs, processes] = await Promise.all([
      serverUpSinceEpochMs(redis, Date.now()),
      new TelemetryStream(redis).heard(heardMs),
    ]);
    return { upSinceEpochMs, processes };
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
    targets,
    looks: targets.map(({ name, archive }) => ({
      name,
      look: async (): Promise<void> => void (await archive.stat(quarantineFolder)),
    })),
    close,
  };
}
