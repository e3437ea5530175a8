import type { CatalogueRow } from "@tapline/adapters/prisma";
import { type KeyRack, openEnvelope } from "@tapline/core/encryption";
import { type ErrorCode, messageOf, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  checkContents,
  type Manifest,
  objectPaths,
  runsOf,
} from "@tapline/core/transfer";
import {
  ArchivedFileError,
  about,
  type ManifestTrust,
  readObject,
  readVerifiedManifest,
  unpackObject,
} from "./read-archived.ts";
import { ClosedObjectError, readObjectFor } from "./read-rewrap.ts";
import type { UniqueNames } from "./unique-names.ts";

/** What is wrong with one file of the archive. */
export type ArchiveFault = {
  readonly segment: string;
  /** Relative to the archive's root. */
  readonly file: string;
  readonly code: ErrorCode | "unexpected";
  readonly message: string;
};

/** What the verification of one segment needs. */
export type SegmentParts = ManifestTrust & {
  readonly reader: ArchiveReader;
  /** Decrypts the object, too; null, or no key that fits: it is checked as far as its digest goes. */
  readonly keys: KeyRack | null;
  /** Gets the names of all taps. */
  readonly names: UniqueNames;
};

/** What was looked at of a segment. */
export type VerifiedSegment = {
  readonly manifest: Manifest;
  readonly outOfOrder: number;
  readonly isDecrypted: boolean;
  /** Whose keys would open the object, where none at hand does; else null. */
  readonly closedFor: string | null;
};

/**
 * Verifies one segment: signature, manifest, the index's row, and where `readsObject`, the object's digest and, with a
 * key, each line of it. Its taps' names go to `names`.
 * @throws ArchivedFileError naming the file that is wrong
 */
export async function verifySegment(
  segment: string,
  row: CatalogueRow | null,
  readsObject: boolean,
  parts: SegmentParts,
): Promise<VerifiedSegment> {
  const { reader, keys } = parts;
  const { manifest, manifestDigest } = await readVerifiedManifest(reader, segment, parts);
  await nameTaps(manifest, parts);
  const paths = objectPaths(segment);
  if (row !== null) await about(paths.manifest, () => compareWithIndex(manifest, manifestDigest, row));
  const unopened = { manifest, outOfOrder: 0, isDecrypted: false, closedFor: null };
  if (!readsObject) {
    await about(paths.object, () => checkSize(manifest, paths.object, parts));
    return unopened;
  }
  if (keys === null) {
    await readObject(reader, manifest);
    return unopened;
  }
  try {
    const { object, key } = await readObjectFor(reader, manifest, keys, parts);
    const { outOfOrder } = await about(paths.object, async () =>
      checkContents(await unpackObject(openEnvelope(object, key), manifest), runsOf(manifest)),
    );
    return { manifest, outOfOrder, isDecrypted: true, closedFor: null };
  } catch (error) {
    if (error instanceof ClosedObjectError) return { ...unopened, closedFor: error.openedBy };
    throw error;
  }
}

/** A fault as it is told. @throws what says nothing of the archive's files, such as an archive that is silent */
export function faultOf(segment: string, error: unknown): ArchiveFault {
  if (error instanceof ArchivedFileError)
    return { segment, file: error.file, code: error.code, message: error.message };
  if (error instanceof TaplineError) throw error;
  return { segment, file: objectPaths(segment).object, code: "unexpected", message: messageOf(error) };
}

async function nameTaps(manifest: Manifest, { names }: SegmentParts): Promise<void> {
  const { segment, runs, agents } = manifest;
  for (const { tracker, epoch, firstSeq, lastSeq } of runs)
    await names.add({ scope: "tracker", subject: tracker, epoch, first: firstSeq, last: lastSeq, segment });
  for (const { agent, epoch, firstSeq, members } of agents)
    for (const [first, last] of membersOf(firstSeq, Buffer.from(members, "hex")))
      await names.add({ scope: "agent", subject: agent, epoch, first, last, segment });
}

/** The numbers of a bitmap as ranges without holes. */
function* membersOf(firstSeq: number, bits: Buffer): Generator<readonly [first: number, last: number]> {
  let begin: number | null = null;
  for (let i = 0; i <= bits.length * 8; i += 1) {
    const isMember = (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
    if (isMember) begin ??= i;
    else if (begin !== null) {
      yield [firstSeq + begin, firstSeq + i - 1];
      begin = null;
    }
  }
}

function compareWithIndex(manifest: Manifest, manifestDigest: Buffer, row: CatalogueRow): void {
  const differs =
    (!manifestDigest.equals(row.manifestDigest) && "the manifest's digest") ||
    (manifest.objectSha256 !== row.objectDigest.toString("hex") && "the object's digest") ||
    (manifest.objectBytes !== row.objectBytes && "the object's size") ||
    (manifest.taps !== row.taps && "the number of taps");
  if (differs === false) return;
  throw new TaplineError("conflict", `the index has another value for ${differs} of this segment`, {
    remedy: "Compare both with a copy of the archive: the signature says that the archive's is genuine.",
  });
}

async function checkSize(manifest: Manifest, path: string, { reader }: SegmentParts): Promise<void> {
  const found = await reader.stat(path);
  if (found?.kind === "file" && found.bytes === manifest.objectBytes) return;
  throw new TaplineError(
    found === null ? "not-found" : "corrupt",
    `${path} has ${found?.bytes ?? 0} bytes where its manifest says ${manifest.objectBytes}`,
  );
}
