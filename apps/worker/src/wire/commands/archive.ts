import { KeyMap } from "@tapline/adapters/keys";
import {
  ArchiveIndex,
  ArchiveNotes,
  connectPrisma,
  RestoreDrills,
  SegmentCatalogue,
} from "@tapline/adapters/prisma";
import { DirectoryArchive, SftpArchive, type SftpSettings } from "@tapline/adapters/sftp";
import type { Actor } from "@tapline/core/kernel";
import { type ArchiveReader, mainTarget } from "@tapline/core/transfer";
import type { KeyFiles } from "../../care/open-apart.ts";
import { restoreDrill } from "../../care/restore-drill.ts";
import { type RewrapArchiveParts, type Rewrapped, rewrapArchive } from "../../care/rewrap-archive.ts";
import type { ReconcileParts } from "../../jobs/reconcile-archive.ts";
import { reconciler } from "../reconciler.ts";

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

/** What the index knows of the archive, for commands. */
export function openCatalogue(databaseUrl: string): {
  readonly catalogue: SegmentCatalogue;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return { catalogue: new SegmentCatalogue(prisma), close: () => prisma.$disconnect() };
}

/** One restore drill, for commands. */
export function openDrill(
  place: ArchivePlace,
  databaseUrl: string,
  trust: string,
  keyFiles: KeyFiles | null,
) {
  const prisma = connectPrisma(databaseUrl);
  const { reader, close } = openArchiveReader(place);
  return {
    drill: (actor: Actor) =>
      restoreDrill(actor, {
        ...{ drills: new RestoreDrills(prisma), targets: [{ name: mainTarget, archive: reader }], keyFiles },
        ...{ trust: { rootPems: [trust], crlPems: [trust] }, clock: Date.now, chance: Math.random },
      }),
    close: async (): Promise<void> => {
      await close();
      await prisma.$disconnect();
    },
  };
}

/** Brings the whole index level with an archive, for commands. */
export function openReindex(place: ArchivePlace, databaseUrl: string, trust: string) {
  const prisma = connectPrisma(databaseUrl);
  const archive = "dir" in place ? new DirectoryArchive(place.dir) : new SftpArchive(place);
  const parts = { index: new ArchiveIndex(prisma), prisma, clock: () => Date.now() };
  return {
    reindex: (hooks: Pick<ReconcileParts, "onFault" | "onSettled">) =>
      reconciler(parts, [{ name: mainTarget, archive }], trust, hooks)("all"),
    close: async (): Promise<void> => {
      if (archive instanceof SftpArchive) await archive.close();
      await prisma.$disconnect();
    },
  };
}

/** Has the objects of an archive open with one more key, for commands. */
export function openRewrap(place: ArchivePlace, databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const archive = "dir" in place ? new DirectoryArchive(place.dir) : new SftpArchive(place);
  const own = { archive, notes: new ArchiveNotes(prisma), keys: new KeyMap(prisma), clock: Date.now };
  return {
    rewrap: (sinceDay: string, parts: Omit<RewrapArchiveParts, keyof typeof own>): Promise<Rewrapped> =>
      rewrapArchive(sinceDay, { ...own, ...parts }),
    close: async (): Promise<void> => {
      if (archive instanceof SftpArchive) await archive.close();
      await prisma.$disconnect();
    },
  };
}
