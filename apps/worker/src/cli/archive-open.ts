import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { type ObjectSource, openEnvelope, openStream, type RecipientKey } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { segmentIdSchema } from "@tapline/core/transfer";
import type { Command } from "commander";
import { readVerifiedManifest } from "../care/read-archived.ts";
import { readObjectFor } from "../care/read-rewrap.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { archiveCommand } from "./archive-command.ts";
import { addPlace, type PlaceOptions, placesOf, readPki } from "./archive-place.ts";
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

/** `tapline archive open FILE|SEGMENT --out FILE`: one object, out of a file alone or by its segment's id. */
export function addArchiveOpen(program: Command): void {
  addPlace(archiveCommand(program).command("open"))
    .description(
      "decrypt one object: a segment's by its id, or a file: one of the archive's, or what openssl cms encrypted with AES-256-GCM",
    )
    .argument("<object>", "a segment's id, or a file (.p7m), DER")
    .requiredOption("--out <file>", "what it decrypts to; it must not be there")
    .option("--cert <file>", "a recipient's certificate (default: pki/archive.crt in the private folder)")
    .option("--key <file>", "its private key (default: pki/archive.key)")
    .option("--trust <file>", "for a segment: root certificate and revocation lists (default: pki/trust.pem)")
    .addHelpText(
      "after",
      "\nA segment comes from the first archive that has it unaltered, its manifest and signature verified." +
        "\nOf a file the object's own tag is verified, no manifest: who wrote it is not known by that.",
    )
    .action(open);
}

async function open(object: string, options: Options): Promise<void> {
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
