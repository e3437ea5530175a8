import { type KeyRack, type RecipientKey, verifyDetached } from "@tapline/core/encryption";
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

/** An object that none of the keys at hand opens: nothing is wrong with it. */
export class ClosedObjectError extends TaplineError {
  /** Whose keys would open it. */
  readonly openedBy: string;

  constructor({ objectName, recipients }: Manifest) {
    const openedBy = recipients.map(({ ski, subject }) => `key id ${ski} (${subject})`).join(" or ");
    super("forbidden", `no key at hand opens ${objectName}: it opens with ${openedBy}`, {
      remedy: "Name that key by --cert and --key, or the folder that holds it by --keys.",
    });
    this.openedBy = openedBy;
  }
}

/** The key by which an object opens, and the rewrap that it needs; null where the object names the key itself. */
export type Opening<Key> = { readonly key: Key; readonly rewrap: VerifiedRewrap | null };

/**
 * A segment's object, and the key at hand that opens it: as it was archived, or where it was rewrapped for that key, with the
 * other head.
 * @throws ClosedObjectError where there is none; the object's digest was found right then. ArchivedFileError
 */
export async function readObjectFor(
  reader: ArchiveReader,
  manifest: Manifest,
  keys: KeyRack,
  trust: ManifestTrust,
): Promise<{ object: Buffer; key: RecipientKey }> {
  const object = await readObject(reader, manifest);
  const { key, rewrap } = await findOpening(reader, manifest, keys, trust);
  if (rewrap === null) return { object, key };
  const { head } = rewrapPaths(manifest.segment, rewrap.rewrap.added.ski);
  return { object: await about(head, () => joinRewrap(rewrap.rewrap, rewrap.head, object)), key };
}

/**
 * Which of the keys at hand opens a segment's object: one that its manifest names, else one that it was rewrapped for.
 * @throws ClosedObjectError; ArchivedFileError where a rewrap is not as it was written, and no other key opens it
 */
export async function findOpening<Key>(
  reader: ArchiveReader,
  manifest: Manifest,
  keys: KeyRack<Key>,
  trust: ManifestTrust,
): Promise<Opening<Key>> {
  for (const { ski } of manifest.recipients) {
    const key = keys.get(ski);
    if (key !== undefined) return { key, rewrap: null };
  }
  let fault: unknown = null;
  for (const [ski, key] of keys)
    try {
      if ((await reader.stat(rewrapPaths(manifest.segment, ski).statement)) === null) continue;
      return { key, rewrap: await readVerifiedRewrap(reader, manifest, ski, trust) };
    } catch (error) {
      fault ??= error;
    }
  throw fault ?? new ClosedObjectError(manifest);
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
