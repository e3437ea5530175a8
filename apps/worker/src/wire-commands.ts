import { setTimeout as sleep } from "node:timers/promises";
import {
  AgentDirectory,
  AgentRegistry,
  ArchiveIndex,
  connectPrisma,
  FleetDesk,
  FleetStore,
  GapLedger,
  GapStatements,
  TrackerDesk,
  TrackerRegistry,
} from "@tapline/adapters/prisma";
import { AgentNews, connectRedis } from "@tapline/adapters/redis";
import { DirectoryArchive, SftpArchive, type SftpSettings } from "@tapline/adapters/sftp";
import type { ArchiveReader } from "@tapline/core/transfer";
import { type Reconciled, type ReconcileParts, reconcileArchive } from "./jobs/reconcile-archive.ts";

/** Where Redis does not answer, a command does not wait for it. */
const tellWithinMs = 2_000;
const reconcileDays = 30;
const dayMs = 24 * 3_600_000;

/** An archive to read: a folder of this machine, or an SFTP server. */
export type ArchivePlace = { readonly dir: string } | SftpSettings;

/** The read side of an archive, for commands. */
export function openArchiveReader(place: ArchivePlace): {
  reader: ArchiveReader;
  close: () => Promise<void>;
} {
  if ("dir" in place) return { reader: new DirectoryArchive(place.dir), close: async () => {} };
  const reader = new SftpArchive(place);
  return { reader, close: () => reader.close() };
}

/** Brings the whole index level with an archive, for commands. */
export function openReindex(place: ArchivePlace, databaseUrl: string, trust: string) {
  const prisma = connectPrisma(databaseUrl);
  const archive = "dir" in place ? new DirectoryArchive(place.dir) : new SftpArchive(place);
  const parts = { index: new ArchiveIndex(prisma), clock: () => Date.now() };
  return {
    reindex: (hooks: Pick<ReconcileParts, "onFault" | "onSettled">) =>
      reconciler(parts, archive, trust, hooks)("all"),
    close: async (): Promise<void> => {
      if (archive instanceof SftpArchive) await archive.close();
      await prisma.$disconnect();
    },
  };
}

/** The tracker registry alone, for commands. */
export function openTrackerRegistry(databaseUrl: string): {
  readonly registry: TrackerRegistry;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { registry: new TrackerRegistry(prisma, Date.now), close: () => prisma.$disconnect() };
}

/** Single trackers, for commands. */
export function openTrackerDesk(databaseUrl: string): {
  readonly desk: TrackerDesk;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { desk: new TrackerDesk(prisma, Date.now), close: () => prisma.$disconnect() };
}

/** Who may be an agent, for commands. @param redisUrl lets doors hear of a change at once; without it in 2 s */
export function openAgentRegistry(databaseUrl: string, redisUrl: string | undefined) {
  const prisma = connectPrisma(databaseUrl);
  const tell = async (): Promise<void> => {
    if (redisUrl === undefined) return;
    const redis = connectRedis(redisUrl, () => undefined);
    await Promise.race([
      new AgentNews(redis).publish(),
      sleep(tellWithinMs, undefined, { ref: false }),
    ]).finally(() => redis.disconnect());
  };
  return {
    registry: new AgentRegistry(prisma, Date.now, tell),
    directory: new AgentDirectory(prisma, Date.now),
    close: () => prisma.$disconnect(),
  };
}

/** The fleet in PostgreSQL, for commands. */
export function openFleet(databaseUrl: string): {
  readonly store: FleetStore;
  readonly desk: FleetDesk;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { store: new FleetStore(prisma), desk: new FleetDesk(prisma), close: () => prisma.$disconnect() };
}

/** The gap ledger and its statements in PostgreSQL, for commands. */
export function openGaps(databaseUrl: string): {
  readonly ledger: GapLedger;
  readonly statements: GapStatements;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  const [ledger, statements] = [new GapLedger(prisma), new GapStatements(prisma)];
  return { ledger, statements, close: () => prisma.$disconnect() };
}

/** Brings the index level with the archive: the recent days, or all of it. */
export function reconciler(
  parts: Pick<ReconcileParts, "clock"> & { readonly index: ArchiveIndex },
  archive: SftpArchive | DirectoryArchive,
  trust: string,
  hooks: Pick<ReconcileParts, "onFault" | "onSettled">,
) {
  const { index, clock } = parts;
  return async (span: "recent" | "all"): Promise<Reconciled> => {
    const since = new Date(clock() - reconcileDays * dayMs);
    return await reconcileArchive(
      span === "all" ? "" : since.toISOString().slice(0, 10).replaceAll("-", "/"),
      { archive, index, clock, trust: { rootPems: [trust], crlPems: [trust] }, ...hooks },
    );
  };
}
