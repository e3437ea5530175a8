import { randomBytes } from "node:crypto";
import type { ArchiveCopies, UnnotedCopy } from "@tapline/adapters/prisma";
import { newEntry } from "@tapline/core/audit";
import { hasCode, sha256 } from "@tapline/core/kernel";
import { type ArchiveReader, objectPaths } from "@tapline/core/transfer";

export type NoteHeldParts = {
  readonly copies: Pick<ArchiveCopies, "unnoted" | "noteCopy">;
  readonly clock: () => number;
};

/**
 * Notes that an archive holds segments which the index has from another one: as after the index was lost, when the first
 * archive that was read gave them all. What differs from the index is not noted: the comparison on a schedule tells of it.
 * @param segments those that the archive has a manifest of
 * @throws TaplineError `unavailable` where the archive or the database does not answer
 */
export async function noteHeld(
  { name, archive }: { readonly name: string; readonly archive: ArchiveReader },
  segments: readonly string[],
  { copies, clock }: NoteHeldParts,
): Promise<void> {
  for (const copy of await copies.unnoted(name, segments)) {
    if (!(await isHeld(copy, archive))) continue;
    const entry = newEntry(clock(), randomBytes, {
      ...{ actor: { kind: "job", id: "reconcile" }, action: "segment.copied", subject: `segment/${copy.id}` },
      ...{ reason: null, facts: { target: name, from: "reconcile" } },
    });
    await copies.noteCopy(copy.id, name, entry);
  }
}

async function isHeld(
  { id, manifestDigest, objectBytes }: UnnotedCopy,
  archive: ArchiveReader,
): Promise<boolean> {
  const paths = objectPaths(id);
  try {
    const [manifest, signature, object] = [
      await archive.read(paths.manifest),
      await archive.stat(paths.signature),
      await archive.stat(paths.object),
    ];
    return sha256(manifest).equals(manifestDigest) && signature !== null && object?.bytes === objectBytes;
  } catch (error) {
    if (hasCode(error, "not-found")) return false;
    throw error;
  }
}
