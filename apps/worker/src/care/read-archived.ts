import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import { type Trust, verifyDetached } from "@tapline/core/encryption";
import { sha256, sha256Hex, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  checkObject,
  type Manifest,
  objectPaths,
  readManifest,
  treeHeadOf,
} from "@tapline/core/transfer";

const gunzip = promisify(gunzipCallback);

/** Whom a manifest's signature must chain to. */
export type ManifestTrust = {
  /** Root certificate and revocation lists. */
  readonly trust: Omit<Trust, "atEpochMs">;
  /** When certificates must be valid; absent: when the segment was sealed, for they expire long before the archive. */
  readonly atEpochMs?: number;
};

/** A file of the archive that is not as it was archived. `cause` says what is wrong. */
export class ArchivedFileError extends TaplineError {
  /** Relative to the archive's root. */
  readonly file: string;

  constructor(file: string, cause: TaplineError) {
    const { code, message, facts, remedy } = cause;
    super(code, message, { facts, cause, ...(remedy === undefined ? {} : { remedy }) });
    this.file = file;
  }
}

/**
 * A segment's manifest, its signature verified.
 * @returns the manifest, and the SHA-256 of its bytes
 * @throws ArchivedFileError naming manifest or signature, whichever was changed or is not there
 */
export async function readVerifiedManifest(
  reader: ArchiveReader,
  segment: string,
  { trust, atEpochMs }: ManifestTrust,
): Promise<{ manifest: Manifest; manifestDigest: Buffer }> {
  const paths = objectPaths(segment);
  const [bytes, signature] = await Promise.all([
    about(paths.manifest, () => reader.read(paths.manifest)),
    about(paths.signature, () => reader.read(paths.signature)),
  ]);
  const manifest = await about(paths.manifest, () => readManifest(bytes));
  const changedFile = (error: TaplineError): string =>
    error.facts.changed === "content" ? paths.manifest : paths.signature;
  // What it says of itself is believed only once the signature over it holds.
  const { treeHead } = await about(changedFile, () =>
    verifyDetached(bytes, signature, { ...trust, atEpochMs: atEpochMs ?? manifest.createdAtEpochMs }),
  );
  if ((treeHead?.toString("hex") ?? null) !== (treeHeadOf(manifest)?.toString("hex") ?? null))
    throw new ArchivedFileError(
      paths.signature,
      new TaplineError(
        "corrupt",
        `the signature vouches for another tree than the manifest of ${segment} has`,
      ),
    );
  if (manifest.segment !== segment)
    throw new ArchivedFileError(
      paths.manifest,
      new TaplineError(
        "corrupt",
        `${paths.manifest} is the manifest of another segment, ${manifest.segment}`,
        {
          remedy: "Restore the segment's three files from a copy of the archive.",
        },
      ),
    );
  return { manifest, manifestDigest: sha256(bytes) };
}

/** A segment's object, still encrypted, its size and digest checked. @throws ArchivedFileError */
export async function readObject(reader: ArchiveReader, manifest: Manifest): Promise<Buffer> {
  const { object: path } = objectPaths(manifest.segment);
  return await about(path, async () => {
    const object = await reader.read(path);
    checkObject(manifest, object);
    return object;
  });
}

/** The lines that an object holds, out of what it decrypts to. @throws TaplineError `corrupt` */
export async function unpackObject(packed: Buffer, manifest: Manifest): Promise<Buffer> {
  const { plainBytes, plainSha256, gzipSha256, taps, objectName } = manifest;
  const unlike = (what: string, cause?: unknown) =>
    new TaplineError("corrupt", `${objectName}: ${what}`, {
      remedy: "The writer of this object is at fault: keep it and report it.",
      cause,
    });
  if (gzipSha256 !== undefined && sha256Hex(packed) !== gzipSha256)
    throw unlike("what it decrypts to is not what its manifest says");
  const plain = await gunzip(packed, { maxOutputLength: Math.max(1, plainBytes) }).catch((cause: unknown) => {
    throw unlike("it does not unpack to the size that its manifest says", cause);
  });
  if (plain.length !== plainBytes || sha256Hex(plain) !== plainSha256)
    throw unlike("what it unpacks to is not what its manifest says");
  let lines = 0;
  for (let at = plain.indexOf(10); at !== -1; at = plain.indexOf(10, at + 1)) lines += 1;
  if (lines !== taps) throw unlike(`it holds ${lines} taps where its manifest says ${taps}`);
  return plain;
}

/** Runs `act`; what it throws about the archive's content is said of `file`. */
export async function about<Result>(
  file: string | ((error: TaplineError) => string),
  act: () => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ArchivedFileError || !(error instanceof TaplineError) || isOfTheWire(error))
      throw error;
    throw new ArchivedFileError(typeof file === "string" ? file : file(error), error);
  }
}

/** The archive did not answer, or lets nobody in: nothing is known of its files then. */
function isOfTheWire({ code }: TaplineError): boolean {
  return code === "unavailable" || code === "misconfigured";
}
