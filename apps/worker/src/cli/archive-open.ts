import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { type KeyRack, type ObjectSource, openEnvelope, openStream } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { segmentIdSchema } from "@tapline/core/transfer";
import { readVerifiedManifest } from "../care/read-archived.ts";
import { readObjectFor } from "../care/read-rewrap.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { type RackOptions, readRack } from "./read-rack.ts";
import { writeWhole } from "./restore/write-whole.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions, RackOptions {
  readonly out: string;
  readonly trust?: string;
}

export async function open(object: string, options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const keys = await readRack(options, dataDir);
  if (await isThere(options.out))
    throw new TaplineError("conflict", `${options.out} is there already`, {
      remedy: "Name another file by --out.",
    });
  if (segmentIdSchema.safeParse(object).success)
    await writeWhole(options.out, await openSegment(object, keys, options, dataDir));
  else await writeWhole(options.out, openStream(await sourceOf(object), [...keys.values()]));
  const { size } = await stat(options.out);
  process.stdout.write(`${options.out}: ${size} bytes\n`);
}

async function openSegment(
  segment: string,
  keys: KeyRack,
  options: Options,
  dataDir: string | undefined,
): Promise<Uint8Array> {
  const pem = await readTrust(options.trust, dataDir);
  const trust = { trust: { rootPems: [pem], crlPems: [pem] } };
  const archives = openArchives(await placesOf(options, dataDir), tellPassedOver());
  try {
    return await archives.fromAny(async (archive) => {
      const { manifest } = await readVerifiedManifest(archive, segment, trust);
      const opened = await readObjectFor(archive, manifest, keys, trust);
      return openEnvelope(opened.object, opened.key);
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
