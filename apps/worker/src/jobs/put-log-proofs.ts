import type { AuditLog, KeptNote } from "@tapline/adapters/prisma";
import type { SftpArchive } from "@tapline/adapters/sftp";
import {
  formatTlogProof,
  inclusionRanges,
  isArchival,
  type ReadTile,
  rangeRoot,
  readableEntry,
  widthAt,
} from "@tapline/core/audit";
import { hasCode } from "@tapline/core/kernel";
import { objectPaths, segmentIdSchema } from "@tapline/core/transfer";

export type LogProofParts = {
  readonly auditLog: Pick<AuditLog, "tile" | "entries">;
  readonly archive: Pick<SftpArchive, "put">;
  readonly signal: AbortSignal;
};

const entriesAtOnce = 256;
const uploadsAtOnce = 4;
/** Tiles that are kept while proofs are made one behind the other: each is 8 KiB at most. */
const tilesKept = 64;

/**
 * Puts beside each segment the proof that the log says it is archived: of entries `from` up to the checkpoint's size. One
 * that lies there already stays: it proves as much.
 */
export async function putLogProofs(from: number, note: KeptNote, parts: LogProofParts): Promise<void> {
  const { auditLog, signal } = parts;
  const readTile = cachedTiles(note.size, auditLog);
  for (let at = from; at < note.size; at += entriesAtOnce) {
    const entries = await auditLog.entries(at, Math.min(note.size, at + entriesAtOnce));
    const left = entries.flatMap((bytes, i) => {
      const segment = archivedSegment(bytes);
      return segment === null ? [] : [{ segment, index: at + i, extra: bytes }];
    });
    const upload = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        signal.throwIfAborted();
        const ranges = inclusionRanges(next.index, note.size);
        const path = await Promise.all(ranges.map((range) => rangeRoot(range, readTile)));
        const text = formatTlogProof({ index: next.index, path, note: note.note, extra: next.extra });
        await putOnce(objectPaths(next.segment).logProof, Buffer.from(text), parts);
      }
    };
    await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
  }
}

async function putOnce(path: string, bytes: Buffer, { archive }: LogProofParts): Promise<void> {
  try {
    await archive.put(path, bytes);
  } catch (error) {
    if (!hasCode(error, "conflict")) throw error;
  }
}

/**
 * The segment that an entry says is archived; null where it speaks of something else, or says nothing that could be read: whoever
 * may write entries can write such, and must not keep the log out of the archive by it.
 */
function archivedSegment(bytes: Uint8Array): string | null {
  const entry = readableEntry(bytes);
  if (entry === null || !isArchival(entry) || entry.facts.manifestSha256 === undefined) return null;
  const [kind, id] = entry.subject.split(/\/(.*)/s);
  return kind === "segment" && segmentIdSchema.safeParse(id).success ? (id ?? null) : null;
}

/** Neighbours' proofs have most of their tiles in common. */
function cachedTiles(size: number, auditLog: LogProofParts["auditLog"]): ReadTile {
  const kept = new Map<string, Promise<Uint8Array[]>>();
  return (level, index) => {
    const name = `${level}/${index}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const [oldest] = kept.keys();
    if (kept.size >= tilesKept && oldest !== undefined) kept.delete(oldest);
    const read = auditLog.tile(level, index, widthAt(level, index, size));
    kept.set(name, read);
    return read;
  };
}
