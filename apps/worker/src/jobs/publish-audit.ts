import type { AuditLog, KeptNote } from "@tapline/adapters/prisma";
import type { SftpArchive } from "@tapline/adapters/sftp";
import {
  ArchivedLog,
  formatBundle,
  LogFiles,
  leafHash,
  type NoteKey,
  same,
  type TileName,
  tilesBetween,
  tileWidth,
} from "@tapline/core/audit";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import { putLogProofs } from "./put-log-proofs.ts";

export type PublishParts = {
  readonly auditLog: Pick<AuditLog, "head" | "tile" | "entries" | "rootAt">;
  /** One archive: each has a copy of its own. */
  readonly archive: Pick<SftpArchive, "put" | "list" | "read" | "remove">;
  /** The log's own key. */
  readonly logKey: NoteKey;
  /** Aborted where the worker ends: what is left is done by the next attempt. */
  readonly signal: AbortSignal;
};

/** Uploads of tiles that run side by side: each is a round trip of a few kilobytes. */
const uploadsAtOnce = 4;

/**
 * Puts what the log has grown by into an archive: tiles and bundles, and beside each segment the proof that the log knows it;
 * then the checkpoint, whose presence says that all it covers is there. Compares the log first with the newest checkpoint that lies there. Safe to run again at any point.
 * @returns the checkpoint that lies there now; null while the log has none
 * @throws TaplineError `corrupt` where the log is not the one that the archive holds, or an entry is not what its leaf says
 */
export async function publishAudit(parts: PublishParts): Promise<KeptNote | null> {
  const { auditLog, archive, logKey } = parts;
  const head = await auditLog.head();
  if (head.signed === null) return null;
  const archived = await new ArchivedLog(archive, logKey.name).newest([logKey]);
  const from = archived?.size ?? 0;
  if (archived !== null) await assertContinues(archived, head.size, parts);
  // A cosigned checkpoint says more; without a witness, or while it is away, the log's own word has to do.
  const note = head.cosigned !== null && head.cosigned.size > from ? head.cosigned : head.signed;
  if (archived !== null && note.size <= from)
    return { size: archived.size, note: archived.note, atEpochMs: head.signed.atEpochMs };
  const names = tilesBetween(from, note.size);
  await uploadAll(names, parts);
  await putLogProofs(from, note, parts);
  const files = new LogFiles(logKey.name);
  await archive.put(files.checkpoint(note.size), Buffer.from(note.note));
  for (const name of names) if (name.width === tileWidth) await removeOutgrown(name, files, parts);
  return note;
}

async function assertContinues(
  archived: { readonly size: number; readonly root: Uint8Array },
  size: number,
  { auditLog }: PublishParts,
): Promise<void> {
  const why =
    archived.size > size
      ? `the archive holds ${archived.size} entries of the audit log, and the database ${size}`
      : same(await auditLog.rootAt(archived.size), archived.root)
        ? null
        : `the audit log is not the one of which the archive holds ${archived.size} entries`;
  if (why === null) return;
  throw new TaplineError("corrupt", why, {
    remedy:
      "was the database restored from a backup? Then it lacks entries that the archive holds. Else somebody rewrote it: keep both, and " +
      "compare them: tapline audit verify --full, with --archive and without",
    facts: { archivedSize: archived.size, size },
  });
}

async function uploadAll(names: readonly TileName[], parts: PublishParts): Promise<void> {
  const files = new LogFiles(parts.logKey.name);
  const left = [...names];
  const upload = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      parts.signal.throwIfAborted();
      await parts.archive.put(files.tile(name), await bytesOf(name, parts));
    }
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

/** What a tile that is full now lay there as before: nobody needs it any more (c2sp.org/tlog-tiles, partial tiles). */
async function removeOutgrown(full: TileName, files: LogFiles, { archive }: PublishParts): Promise<void> {
  const folder = `${files.tile(full)}.p`;
  try {
    const outgrown = (await archive.list(folder)).map(({ name }) => `${folder}/${name}`);
    if (outgrown.length > 0) await archive.remove(outgrown);
  } catch (error) {
    // None was there, or the archive lets nothing be removed: both are well.
    if (!hasCode(error, "not-found") && !hasCode(error, "forbidden")) throw error;
  }
}
