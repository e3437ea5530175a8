import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import { openEnvelope, type RecipientKey, type Trust, verifyDetached } from "@tapline/core/encryption";
import { sha256Hex, TaplineError, uuidV7EpochMs } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  checkObject,
  type Manifest,
  objectPaths,
  readManifest,
} from "@tapline/core/transfer";
import { writeWhole } from "./write-whole.ts";

const gunzip = promisify(gunzipCallback);

/** What a restore needs beside the archive. */
export interface RestoreKeys {
  readonly recipient: RecipientKey;
  /** Root certificate and revocation lists. */
  readonly trust: Omit<Trust, "atEpochMs">;
  /** When certificates must be valid; absent: at each segment's own time, for they expire long before the archive. */
  readonly atEpochMs?: number;
}

export interface RestoredSegment {
  readonly outcome: "restored" | "present";
  readonly taps: number;
}

/**
 * Restores one segment into `outDir/segment-<id>.ndjson`: verifies the manifest's signature, checks the object's
 * digest, decrypts, checks the plain text, and only then writes. What is already there and right is left alone.
 * @throws TaplineError naming what is wrong; nothing is written then
 */
export async function restoreSegment(
  reader: ArchiveReader,
  segment: string,
  outDir: string,
  keys: RestoreKeys,
): Promise<RestoredSegment> {
  const manifest = await readVerified(reader, segment, keys);
  const target = join(outDir, `segment-${segment}.ndjson`);
  if (await holds(target, manifest)) return { outcome: "present", taps: manifest.taps };
  const object = await reader.read(objectPaths(segment).object);
  checkObject(manifest, object);
  const plain = await unpack(openEnvelope(object, keys.recipient), manifest);
  await writeWhole(target, plain);
  return { outcome: "restored", taps: manifest.taps };
}

async function readVerified(reader: ArchiveReader, segment: string, keys: RestoreKeys): Promise<Manifest> {
  const paths = objectPaths(segment);
  const [bytes, signature] = await Promise.all([reader.read(paths.manifest), reader.read(paths.signature)]);
  const atEpochMs = keys.atEpochMs ?? uuidV7EpochMs(segment);
  verifyDetached(bytes, signature, { ...keys.trust, atEpochMs });
  const manifest = readManifest(bytes);
  if (manifest.segment !== segment)
    throw new TaplineError(
      "corrupt",
      `${paths.manifest} is the manifest of another segment, ${manifest.segment}`,
      {
        remedy: "Restore the segment's three files from a copy of the archive.",
      },
    );
  return manifest;
}

async function unpack(packed: Buffer, manifest: Manifest): Promise<Buffer> {
  const { plainBytes, plainSha256, gzipSha256, taps, objectName } = manifest;
  const unlike = (what: string, cause?: unknown) =>
    new TaplineError("corrupt", `${objectName}: ${what}`, {
      remedy: "The writer of this object is at fault: keep it and report it.",
      cause,
    });
  if (sha256Hex(packed) !== gzipSha256) throw unlike("what it decrypts to is not what its manifest says");
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

async function holds(path: string, { plainBytes, plainSha256 }: Manifest): Promise<boolean> {
  const there = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new TaplineError("misconfigured", `${path} is in the way: ${error.message}`, {
      remedy: "Choose another folder by --out.",
      cause: error,
    });
  });
  return there !== null && there.length === plainBytes && sha256Hex(there) === plainSha256;
}
