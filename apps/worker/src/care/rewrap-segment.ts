import {
  type KeyRack,
  type Recipient,
  rewrapEnvelope,
  type Signer,
  signDetached,
} from "@tapline/core/encryption";
import { sha256, sha256Hex, TaplineError } from "@tapline/core/kernel";
import { type ArchiveReader, buildRewrap, objectPaths, rewrapPaths } from "@tapline/core/transfer";
import { about, type ManifestTrust, readVerifiedManifest } from "./read-archived.ts";
import { readObjectFor, readVerifiedRewrap } from "./read-rewrap.ts";

/** An archive that takes files beside those that are there. */
export type RewrapArchive = ArchiveReader & {
  put(path: string, bytes: Uint8Array): Promise<"written" | "present">;
  setAside(paths: readonly string[]): Promise<void>;
};

export type RewrapParts = ManifestTrust & {
  readonly archive: RewrapArchive;
  /** Who can open the objects now. */
  readonly keys: KeyRack;
  /** Who is to be able to. */
  readonly added: Recipient;
  readonly signer: Signer;
  readonly clock: () => number;
  /** True: objects are opened and nothing is written. */
  readonly dryRun: boolean;
};

/** `rewrapped`: done now; `present`: rewrapped before; `recipient`: archived for this key in the first place. */
export type RewrapOutcome = "rewrapped" | "present" | "recipient";

/**
 * Has one archived object open with one more key: a head beside it, and a signed statement, which is the commit.
 * The object stays as it is. Safe to run again.
 * @throws ClosedObjectError where no key opens it; TaplineError naming what is wrong with the segment; nothing is written then
 */
export async function rewrapSegment(segment: string, parts: RewrapParts): Promise<RewrapOutcome> {
  const { archive, keys, added, signer, dryRun } = parts;
  const { manifest } = await readVerifiedManifest(archive, segment, parts);
  if (manifest.recipients.some(({ ski }) => ski === added.ski)) return "recipient";
  const paths = rewrapPaths(segment, added.ski);
  if ((await archive.stat(paths.statement)) !== null) {
    const { rewrap } = await readVerifiedRewrap(archive, manifest, added.ski, parts);
    if (rewrap.added.ski === added.ski) return "present";
    throw new TaplineError("conflict", `${paths.statement} is for another key, ${rewrap.added.subject}`, {
      remedy: "Give a certificate whose key identifier begins differently.",
    });
  }
  const { object: source, key } = await readObjectFor(archive, manifest, keys, parts);
  const { object } = objectPaths(segment);
  const { head, replacedBytes } = await about(object, () => rewrapEnvelope(source, key, added));
  if (dryRun) return "rewrapped";
  // Of a source that was rewrapped itself, only the head differs: the rest begins as far from the end.
  const madeAtEpochMs = parts.clock();
  const statement = buildRewrap({
    ...{ segment, madeAtEpochMs, objectSha256: manifest.objectSha256 },
    ...{ headBytes: head.length, headSha256: sha256Hex(head) },
    replacedBytes: replacedBytes - source.length + manifest.objectBytes,
    wholeSha256: sha256(head, source.subarray(replacedBytes)).toString("hex"),
    added: { subject: added.subject, ski: added.ski, certSha256: added.certSha256 },
  });
  // What a run that was ended half way left has no statement, and counts for nothing.
  await archive.setAside([paths.signature, paths.head]);
  await archive.put(paths.head, head);
  await archive.put(paths.signature, signDetached(statement, signer, madeAtEpochMs));
  await archive.put(paths.statement, statement);
  return "rewrapped";
}
