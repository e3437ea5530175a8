import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { type ObjectSource, openStream } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { archiveCommand } from "./archive-command.ts";
import { readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { writeWhole } from "./restore/write-whole.ts";

interface Options {
  readonly out: string;
  readonly cert?: string;
  readonly key?: string;
}

/** `tapline archive open FILE --out FILE`: one object file, without archive, manifest or database. */
export function addArchiveOpen(program: Command): void {
  archiveCommand(program)
    .command("open")
    .description(
      "decrypt one object file: one of the archive's, or one that openssl cms encrypted with AES-256-GCM",
    )
    .argument("<file>", "the object (.p7m), DER")
    .requiredOption("--out <file>", "what it decrypts to; it must not be there")
    .option("--cert <file>", "a recipient's certificate (default: pki/archive.crt in the private folder)")
    .option("--key <file>", "its private key (default: pki/archive.key)")
    .addHelpText(
      "after",
      "\nThe object's own tag is verified, no manifest: who wrote it is not known by that.",
    )
    .action(open);
}

async function open(file: string, options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const certPem = await readPki(options.cert, dataDir, "cert");
  const keyPem = await readPki(options.key, dataDir, "key");
  if (await isThere(options.out))
    throw new TaplineError("conflict", `${options.out} is there already`, {
      remedy: "Name another file by --out.",
    });
  await writeWhole(options.out, openStream(await sourceOf(file), { certPem, keyPem }));
  const { size } = await stat(options.out);
  process.stdout.write(`${options.out}: ${size} bytes\n`);
}

async function sourceOf(file: string): Promise<ObjectSource> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new TaplineError("misconfigured", `${file} cannot be read: ${messageOf(cause)}`, {
      remedy: "Name an object file.",
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
