import { type RecipientKey, readRecipient, verifyDetached } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  checkHead,
  joinRewrap,
  type Manifest,
  type Rewrap,
  readRewrap,
  rewrapPaths,
} from "@tapline/core/transfer";
import { about, type ManifestTrust, readObject } from "./read-archived.ts";

/** A rewrap whose signature and head were checked. */
export type VerifiedRewrap = { readonly rewrap: Rewrap; readonly head: Buffer };

/**
 * A segment's object as `key` opens it: as it was archived, or where it was rewrapped for this key, with the other head.
 * @throws ArchivedFileError
 */
export async function readObjectFor(
  reader: ArchiveReader,
  manifest: Manifest,
  key: RecipientKey,
  trust: ManifestTrust,
): Promise<Buffer> {
  const object = await readObject(reader, manifest);
  const found = await findRewrapFor(reader, manifest, key.certPem, trust);
  if (found === null) return object;
  const { ski } = readRecipient(key.certPem);
  return await about(rewrapPaths(manifest.segment, ski).head, () =>
    joinRewrap(found.rewrap, found.head, object),
  );
}

/**
 * The rewrap by which a segment's object opens with a certificate's key; null where the manifest names that key, or there is
 * none. @throws ArchivedFileError
 */
export async function findRewrapFor(
  reader: ArchiveReader,
  manifest: Manifest,
  certPem: string,
  trust: ManifestTrust,
): Promise<VerifiedRewrap | null> {
  const { ski } = readRecipient(certPem);
  if (manifest.recipients.some((recipient) => recipient.ski === ski)) return null;
  if ((await reader.stat(rewrapPaths(manifest.segment, ski).statement)) === null) return null;
  return await readVerifiedRewrap(reader, manifest, ski, trust);
}

/** A rewrap, its signature and its head verified. @throws ArchivedFileError naming the file that is wrong or missing */
export async function readVerifiedRewrap(
  reader: ArchiveReader,
  manifest: Manifest,
  ski: string,
  { trust, atEpochMs }: ManifestTrust,
): Promise<VerifiedRewrap> {
  const paths = rewrapPaths(manifest.segment, ski);
  const read = (path: string) => about(path, () => reader.read(path));
  const [bytes, signature, head] = await Promise.all([
    read(paths.statement),
    read(paths.signature),
    read(paths.head),
  ]);
  const rewrap = await about(paths.statement, () => readRewrap(bytes));
  const changedFile = (error: TaplineError): string =>
    error.facts.changed === "content" ? paths.statement : paths.signature;
  await about(changedFile, () =>
    verifyDetached(bytes, signature, { ...trust, atEpochMs: atEpochMs ?? rewrap.madeAtEpochMs }),
  );
  await about(paths.statement, () => checkBelongs(rewrap, manifest, ski));
  await about(paths.head, () => checkHead(rewrap, head));
  return { rewrap, head };
}

/** A genuine rewrap of something else must not pass for this segment's. */
function checkBelongs({ segment, objectSha256, added }: Rewrap, manifest: Manifest, ski: string): void {
  if (
    segment === manifest.segment &&
    objectSha256 === manifest.objectSha256 &&
    rewrapPaths(segment, added.ski).statement === rewrapPaths(segment, ski).statement
  )
    return;
  throw new TaplineError("corrupt", "the rewrap is that of another object, or for another key", {
    remedy: "Move the rewrap's files away, and rewrap the segment again.",
  });
}
