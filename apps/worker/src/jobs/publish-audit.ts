import type { AuditLog, KeptNote } from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import {
  type Checkpoint,
  checkpointSize,
  checkSignatures,
  formatBundle,
  type LogFiles,
  leafHash,
  type NoteKey,
  parseCheckpoint,
  parseNote,
  same,
  type TileName,
  tilesBetween,
  tileWidth,
} from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";

export type PublishParts = {
  readonly auditLog: Pick<AuditLog, "head" | "tile" | "entries" | "rootAt" | "keepArchived">;
  readonly archive: Pick<ArchiveSet, "put" | "list" | "read">;
  readonly files: LogFiles;
  /** The log's own key. */
  readonly logKey: NoteKey;
  readonly clock: () => number;
};

/** Uploads of tiles that run side by side: each is a round trip of a few kilobytes. */
const uploadsAtOnce = 4;

/**
 * Puts what the log has grown by into the archive: tiles and bundles, then the checkpoint, whose presence says that all it
 * covers is there. Compares the log first with the newest checkpoint that the archive holds. Safe to run again at any point.
 * @returns entries by which the archive's copy has grown
 * @throws TaplineError `corrupt` where the log is not the one that the archive holds, or an entry is not what its leaf says
 */
export async function publishAudit(parts: PublishParts): Promise<number> {
  const { auditLog, archive, files, clock } = parts;
  const head = await auditLog.head();
  const note = newest(head.cosigned, head.signed);
  if (note === null) return 0;
  const archived = await archivedCheckpoint(parts);
  await assertContinues(archived, head.size, parts);
  const from = archived?.size ?? 0;
  if (note.size > from || archived === null) {
    await uploadAll(tilesBetween(from, note.size), parts);
    await archive.put(files.checkpoint(note.size), Buffer.from(note.note));
  }
  await auditLog.keepArchived({ ...note, atEpochMs: clock() });
  return Math.max(0, note.size - from);
}

/** The cosigned one where it is as new: it says more. */
function newest(cosigned: KeptNote | null, signed: KeptNote | null): KeptNote | null {
  return cosigned !== null && cosigned.size >= (signed?.size ?? 0) ? cosigned : signed;
}

/** The newest checkpoint in the archive; null where there is none. */
export async function archivedCheckpoint({
  archive,
  files,
  logKey,
}: Pick<PublishParts, "archive" | "files" | "logKey">): Promise<Checkpoint | null> {
  let path = files.checkpoints;
  for (;;) {
    const last = (await archive.list(path)).at(-1);
    if (last === undefined) return null;
    path = `${path}/${last.name}`;
    if (last.kind === "file") break;
  }
  const note = parseNote((await archive.read(path)).toString("utf8"));
  const checkpoint = parseCheckpoint(note.text);
  if (checkSignatures(note, [logKey]).length === 0 || checkpoint.size !== checkpointSize(path))
    throw new TaplineError("corrupt", `${path} in the archive is no checkpoint of this log`, {
      remedy: "find out who put it there: nobody but the worker writes to the archive",
      facts: { path },
    });
  return checkpoint;
}

async function assertContinues(
  archived: Checkpoint | null,
  size: number,
  { auditLog }: PublishParts,
): Promise<void> {
  if (archived === null) return;
  const remedy =
    "was the database restored from a backup? Then it lacks entries that the archive holds; else somebody rewrote it: keep both, " +
    "and compare by tapline audit verify --full";
  if (archived.size > size)
    throw new TaplineError(
      "corrupt",
      `the archive holds ${archived.size} entries of the audit log, and the database ${size}`,
      {
        remedy,
      },
    );
  if (!same(await auditLog.rootAt(archived.size), archived.root))
    throw new TaplineError(
      "corrupt",
      `the audit log is not the one of which the archive holds ${archived.size} entries`,
      {
        remedy,
      },
    );
}

async function uploadAll(names: readonly TileName[], parts: PublishParts): Promise<void> {
  const left = [...names];
  const upload = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      await parts.archive.put(parts.files.tile(name), await bytesOf(name, parts));
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
}

async function bytesOf(name: TileName, { auditLog }: PublishParts): Promise<Buffer> {
  const { level, index, width } = name;
  const hashes = await auditLog.tile(level === "entries" ? 0 : level, index, width);
  if (level !== "entries") return Buffer.concat(hashes);
  const start = index * tileWidth;
  const entries = await auditLog.entries(start, start + width);
  for (const [i, hash] of hashes.entries())
    if (!same(leafHash(entries[i] ?? new Uint8Array(0)), hash))
      throw new TaplineError(
        "corrupt",
        `entry ${start + i} of the audit log is not the one that was recorded`,
        {
          remedy: "somebody rewrote it in the database: tapline audit verify --full",
          facts: { index: start + i },
        },
      );
  return formatBundle(entries);
}
