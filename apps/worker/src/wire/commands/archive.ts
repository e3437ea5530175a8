import { KeyMap } from "@tapline/adapters/keys";
import {
  type ActBy,
  ArchiveCopies,
  ArchiveIndex,
  ArchiveNotes,
  connectPrisma,
  ReadBacks,
  RestoreDrills,
  SegmentCatalogue,
} from "@tapline/adapters/prisma";
import { DryIndex } from "../../care/dry-index.ts";
import { dryCopies, readOnly } from "../../care/dry-run.ts";
import { type DrillParts, restoreDrill } from "../../care/restore-drill.ts";
import { type RewrapArchiveParts, type Rewrapped, rewrapArchive } from "../../care/rewrap-archive.ts";
import { type ReconcilerHooks, reconciler } from "../reconciler.ts";
import { type ArchivePlaces, type OpenedTarget, openArchives } from "./open-archives.ts";

/** What the index knows of the archive, for commands. */
export function openCatalogue(databaseUrl: string): {
  readonly catalogue: SegmentCatalogue;
  readonly readBacks: ReadBacks;
  readonly close: () => Promise<void>;
} {
  const prisma = connectPrisma(databaseUrl);
  return {
    catalogue: new SegmentCatalogue(prisma),
    readBacks: new ReadBacks(prisma),
    close: () => prisma.$disconnect(),
  };
}

/** One restore drill, for commands. @param among where it must be one of these archives; null = any that there is */
export function openDrill(
  places: ArchivePlaces,
  among: readonly string[] | null,
  databaseUrl: string,
  trust: string,
  keyFiles: DrillParts["keyFiles"],
) {
  const prisma = connectPrisma(databaseUrl);
  const { targets, close } = openArchives(places);
  return {
    drill: (by: ActBy) =>
      restoreDrill(by, {
        ...{ drills: new RestoreDrills(prisma), targets, among, keyFiles },
        ...{ trust: { rootPems: [trust], crlPems: [trust] }, clock: Date.now, chance: Math.random },
      }),
    close: async (): Promise<void> => {
      await close();
      await prisma.$disconnect();
    },
  };
}

/** Brings the whole index level with the archives, for commands. */
export function openReindex(places: ArchivePlaces, databaseUrl: string, trust: string, dryRun: boolean) {
  const prisma = connectPrisma(databaseUrl);
  const { targets: opened, close } = openArchives(places);
  const targets = dryRun ? opened.map(unquarantining) : opened;
  const index = new ArchiveIndex(prisma);
  const copies = new ArchiveCopies(prisma);
  const parts = {
    ...{ index: dryRun ? new DryIndex(index) : index, prisma, clock: () => Date.now() },
    copies: dryRun ? dryCopies : copies,
  };
  return {
    reindex: (hooks: ReconcilerHooks) =>
      reconciler(parts, { targets, rule: places.rule }, trust, hooks).level("all"),
    close: async (): Promise<void> => {
      await close();
      await prisma.$disconnect();
    },
  };
}

function unquarantining({ name, archive }: OpenedTarget) {
  return { name, archive: { ...readOnly(archive), quarantine: async (): Promise<void> => undefined } };
}

/** Has the objects of archives open with one more key, for commands. */
export function openRewrap(places: ArchivePlaces, databaseUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const { targets, reader, close } = openArchives(places);
  const own = {
    ...{ targets, reader, notes: new ArchiveNotes(prisma), keyMap: new KeyMap(prisma), clock: Date.now },
  };
  return {
    rewrap: (sinceDay: string, parts: Omit<RewrapArchiveParts, keyof typeof own>): Promise<Rewrapped> =>
      rewrapArchive(sinceDay, { ...own, ...parts }),
    close: async (): Promise<void> => {
      await close();
      await prisma.$disconnect();
    },
  };
}
