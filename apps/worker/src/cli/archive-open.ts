import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { type ObjectSource, openEnvelope, openStream, type RecipientKey } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { segmentIdSchema } from "@tapline/core/transfer";
import { readVerifiedManifest } from "../care/read-archived.ts";
import { readObjectFor } from "../care/read-rewrap.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { writeWhole } from "./restore/write-whole.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions {
  readonly out: string;
  readonly cert?: string;
  readonly key?: string;
  readonly trust?: string;
}

export async function open(object: string, options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const certPem = await readPki(options.cert, dataDir, "cert");
  const keyPem = await readPki(options.key, dataDir, "key");
  if (await isThere(options.out))
    throw new TaplineError("conflict", `${options.out} is there already`, {
      remedy: "Name another file by --out.",
    });
  const key = { certPem, keyPem };
  if (segmentIdSchema.safeParse(object).success)
    await writeWhole(options.out, await openSegment(object, key, options, dataDir));
  else await writeWhole(options.out, openStream(await sourceOf(object), key));
  const { size } = await stat(options.out);
  process.stdout.write(`${options.out}: ${size} bytes\n`);
}

async function openSegment(
  segment: string,
  key: RecipientKey,
  options: Options,
  dataDir: string | undefined,
): Promise<Uint8Array> {
  const pem = await readPki(options.trust, dataDir, "trust");
  const trust = { trust: { rootPems: [pem], crlPems: [pem] } };
  const archives = openArchives(await placesOf(options, dataDir), tellPassedOver());
  try {
    return await archives.fromAny(async (archive) => {
      const { manifest } = await readVerifiedManifest(archive, segment, trust);
      return openEnvelope(await readObjectFor(archive, manifest, key, trust), key);
    });
  } finally {
    await archives.close();
  }
}

async function sourceOf(file: string): Promise<ObjectSource> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new TaplineError("misconfigured", `${file} cannot be read: ${messageOf(cause)}`, {
      remedy: "Name an object file, or a segment by its id.",
      cause,
    });
  });
  return { bytes: found.size, read: () => createReadStream(file) };
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
