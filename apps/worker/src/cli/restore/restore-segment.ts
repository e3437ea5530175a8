import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type KeyRack, openEnvelope } from "@tapline/core/encryption";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";
import type { ArchiveReader, Manifest } from "@tapline/core/transfer";
import { type ManifestTrust, readVerifiedManifest, unpackObject } from "../../care/read-archived.ts";
import { readObjectFor } from "../../care/read-rewrap.ts";
import { writeWhole } from "./write-whole.ts";

/** What a restore needs beside the archive. */
export type RestoreKeys = ManifestTrust & { readonly keys: KeyRack };

export interface RestoredSegment {
  readonly outcome: "restored" | "present";
  readonly taps: number;
}

/**
 * Restores one segment into `outDir/segment-<id>.ndjson`: verifies the manifest's signature, checks the object's
 * digest, decrypts, checks the plain text, and only then writes. What is already there and right is left alone.
 * @throws ClosedObjectError where no key opens it; TaplineError naming what is wrong; nothing is written then
 */
export async function restoreSegment(
  reader: ArchiveReader,
  segment: string,
  outDir: string,
  trust: RestoreKeys,
): Promise<RestoredSegment> {
  const { manifest } = await readVerifiedManifest(reader, segment, trust);
  const target = join(outDir, `segment-${segment}.ndjson`);
  if (await holds(target, manifest)) return { outcome: "present", taps: manifest.taps };
  const { object, key } = await readObjectFor(reader, manifest, trust.keys, trust);
  const plain = await unpackObject(openEnvelope(object, key), manifest);
  await writeWhole(target, plain);
  return { outcome: "restored", taps: manifest.taps };
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
