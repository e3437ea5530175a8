import { type RecipientKey, readRecipient, type Trust } from "@tapline/core/encryption";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import { segmentIdSchema } from "@tapline/core/transfer";
import type { Command } from "commander";
import { UniqueNames } from "../care/unique-names.ts";
import { type Verified, verifyArchive } from "../care/verify-archive.ts";
import type { ArchiveFault } from "../care/verify-segment.ts";
import { openArchiveReader, openCatalogue } from "../wire/commands/archive.ts";
import { archiveCommand } from "./archive-command.ts";
import { addPlace, type PlaceOptions, placeOf, readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { dayFolder, ratio } from "./parse-options.ts";

interface Options extends PlaceOptions {
  readonly since?: string;
  readonly sample: string;
  readonly segment?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly decrypt: boolean;
  readonly index: boolean;
  readonly json?: boolean;
}

/** `tapline archive verify`: whether all that is archived is there and as it was written. */
export function addArchiveVerify(program: Command): void {
  addPlace(archiveCommand(program).command("verify"))
    .description(
      "check signatures, digests and contents of the archive, each tap once, and compare with the index",
    )
    .option("--since <YYYY-MM-DD>", "only segments cut on this day (UTC) or later")
    .option(
      "--sample <ratio>",
      "read so many of the objects, 0 to 1; manifests and signatures are all read",
      "1",
    )
    .option("--segment <id>", "only this segment")
    .option("--cert <file>", "a recipient's certificate (default: pki/archive.crt in the private folder)")
    .option(
      "--key <file>",
      "its private key: objects are decrypted, too (default: pki/archive.key, if there)",
    )
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--no-decrypt", "check objects by their digests alone")
    .option("--no-index", "do not compare with the index in PostgreSQL")
    .option("--json", "one JSON object for each fault, and one for the summary")
    .addHelpText(
      "after",
      "\nEnds with 0 where nothing is wrong, 2 where faults were found, 1 where it could not be done.",
    )
    .action(verify);
}

async function verify(options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const wish = wishOf(options);
  const trust = trustOf(await readPki(options.trust, dataDir, "trust"));
  const recipient = await recipientOf(options, dataDir);
  const databaseUrl = options.index ? await databaseIfAny() : null;
  const { reader, close } = openArchiveReader(await placeOf(options, dataDir));
  const index = databaseUrl === null ? null : openCatalogue(databaseUrl);
  const names = new UniqueNames();
  const onFault = (fault: ArchiveFault): void => {
    process.stdout.write(options.json === true ? `${JSON.stringify(fault)}\n` : faultLine(fault));
  };
  try {
    const found = await verifyArchive(wish, {
      ...{ reader, trust, recipient, names, onFault, target: null, chance: Math.random },
      catalogue: index?.catalogue ?? null,
      onDay: (day, { segments, faults }) =>
        process.stderr.write(`${day}: ${segments} segments so far, ${faults} faults\n`),
    });
    const summary = { ...found, compared: index !== null };
    process.stdout.write(options.json === true ? `${JSON.stringify(summary)}\n` : summaryLine(summary));
    if (found.faults > 0) process.exitCode = 2;
  } finally {
    await Promise.allSettled([names.close(), close(), index?.close()]);
  }
}

function wishOf({ since, sample, segment }: Options) {
  if (segment !== undefined && !segmentIdSchema.safeParse(segment).success)
    throw new TaplineError("invalid-input", `--segment "${segment}" is not a segment's id`);
  return {
    sinceDay: since === undefined ? "" : dayFolder(since, "--since"),
    sampleRatio: ratio(sample, "--sample"),
    segment: segment ?? null,
  };
}

function trustOf(pem: string): Omit<Trust, "atEpochMs"> {
  return { rootPems: [pem], crlPems: [pem] };
}

/** The key where one is named, or lies in the private folder; null where objects stay closed. */
async function recipientOf(options: Options, dataDir: string | undefined): Promise<RecipientKey | null> {
  if (!options.decrypt) return null;
  const isAsked = options.cert !== undefined || options.key !== undefined;
  try {
    const certPem = await readPki(options.cert, dataDir, "cert");
    const keyPem = await readPki(options.key, dataDir, "key");
    readRecipient(certPem);
    return { certPem, keyPem };
  } catch (error) {
    if (isAsked || !hasCode(error, "misconfigured")) throw error;
    process.stderr.write("without a key: objects are checked by their digests, and not decrypted\n");
    return null;
  }
}

async function databaseIfAny(): Promise<string | null> {
  try {
    return (await findStores()).databaseUrl;
  } catch (error) {
    if (!hasCode(error, "misconfigured")) throw error;
    process.stderr.write("without a database: the archive is not compared with the index\n");
    return null;
  }
}

function faultLine({ file, message }: ArchiveFault): string {
  return `fault: ${file}: ${message}\n`;
}

function summaryLine(found: Verified & { readonly compared: boolean }): string {
  const parts = [
    `${found.segments} segments`,
    `${found.objects} objects read (${found.objectBytes} bytes)`,
    `${found.decrypted} decrypted`,
    `${found.taps} taps`,
    ...(found.outOfOrder === 0 ? [] : [`${found.outOfOrder} of them archived behind later ones`]),
    ...(found.rewraps === 0 ? [] : [`${found.rewraps} rewraps`]),
    ...(found.uncommitted === 0 ? [] : [`${found.uncommitted} files of uploads that were not finished`]),
    found.compared ? "compared with the index" : "not compared with the index",
  ];
  return `${found.faults} faults; ${parts.join(", ")}\n`;
}
