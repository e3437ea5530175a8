import type { ArchiveReader } from "@tapline/core/transfer";
import type { NoteHeldParts } from "../jobs/note-held.ts";
import { DryIndex } from "./dry-index.ts";
import type { LevelArchiveParts } from "./level-archive.ts";
import type { CareTarget } from "./level-parts.ts";

const nothing = async (): Promise<void> => undefined;

/** Notes of which archive holds what, of which none is made. */
export const dryCopies: NoteHeldParts["copies"] = { unnoted: async () => [], noteCopy: nothing };

/** An archive that is read and not changed. */
export function dryTarget({ name, archive }: CareTarget): CareTarget {
  const dry = { ...readOnly(archive), setAside: nothing };
  return { name, archive: archive.put === undefined ? dry : { ...dry, put: async () => "present" as const } };
}

/** What can be read of an archive, and nothing else. */
export function readOnly(archive: ArchiveReader): ArchiveReader {
  return {
    list: (dir) => archive.list(dir),
    stat: (path) => archive.stat(path),
    read: (path) => archive.read(path),
  };
}

/** A comparison that decides as it always does, and changes nothing: what it counts is what would be done. */
export function dryLevel(parts: LevelArchiveParts): LevelArchiveParts {
  return {
    ...parts,
    targets: parts.targets.map(dryTarget),
    index: new DryIndex(parts.index),
    notes: {
      add: nothing,
      isMissing: (segment, target) => parts.notes.isMissing(segment, target),
      cursor: () => parts.notes.cursor(),
      moveCursor: nothing,
    },
    copies: { lacksRewraps: nothing },
    keys: { note: nothing },
  };
}
