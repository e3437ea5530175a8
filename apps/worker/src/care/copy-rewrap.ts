import { hasCode, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  checkHead,
  firstOf,
  type Manifest,
  readRewrap,
  rewrapPaths,
} from "@tapline/core/transfer";
import type { RewrapArchive } from "./rewrap-segment.ts";

/**
 * Copies a rewrap as it is into an archive that lacks it, the statement last, which is the commit. Needs no key and no trust:
 * whoever uses a rewrap verifies its signature.
 * @param from the archives that may have it
 * @returns false where it is there already, or none of the others has it
 * @throws TaplineError `corrupt` where what the others have is no rewrap of this object for this key
 */
export async function copyRewrap(
  manifest: Manifest,
  ski: string,
  from: readonly ArchiveReader[],
  to: RewrapArchive,
): Promise<boolean> {
  const paths = rewrapPaths(manifest.segment, ski);
  if (from.length === 0 || (await to.stat(paths.statement)) !== null) return false;
  const files = await firstOf(from, (archive) => readFiles(archive, manifest, ski)).catch(
    (error: unknown) => {
      if (hasCode(error, "not-found")) return null;
      throw error;
    },
  );
  if (files === null) return false;
  // What a copy that was cut off left has no statement, and counts for nothing.
  await to.setAside([paths.signature, paths.head]);
  await to.put(paths.head, files.head);
  await to.put(paths.signature, files.signature);
  await to.put(paths.statement, files.statement);
  return true;
}

async function readFiles(archive: ArchiveReader, manifest: Manifest, ski: string) {
  const paths = rewrapPaths(manifest.segment, ski);
  const statement = await archive.read(paths.statement);
  const rewrap = readRewrap(statement);
  if (
    rewrap.segment !== manifest.segment ||
    rewrap.objectSha256 !== manifest.objectSha256 ||
    rewrap.added.ski !== ski
  )
    throw new TaplineError("corrupt", `${paths.statement} is that of another object, or for another key`, {
      remedy: "Move the rewrap's files away, and rewrap the segment again.",
    });
  const [signature, head] = [await archive.read(paths.signature), await archive.read(paths.head)];
  checkHead(rewrap, head);
  return { statement, signature, head };
}
