import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { type ArchivePlace, openArchiveReader } from "../wire.ts";
import { archiveCommand } from "./archive-command.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { type RestoreFailure, type RestoreSummary, restoreArchive } from "./restore/restore-archive.ts";
import type { RestoreKeys } from "./restore/restore-segment.ts";

interface Options {
  readonly out: string;
  readonly archive?: string;
  readonly url?: string;
  readonly hostKey?: string;
  readonly sshKey?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** `tapline archive restore --out DIR`: the whole archive, verified and decrypted. */
export function addArchiveRestore(program: Command): void {
  archiveCommand(program)
    .command("restore")
    .description("verify and decrypt the whole archive into segment-<id>.ndjson files")
    .requiredOption("--out <dir>", "folder for the restored files; what is there and right is left alone")
    .option("--archive <dir>", "a local copy of the archive (default: archive/ in the private folder)")
    .option("--url <url>", "an SFTP archive: sftp://user@host:port/root (default: TAPLINE_ARCHIVE_URL)")
    .option("--host-key <pin>", "the SFTP server's key, SHA256:… (default: TAPLINE_ARCHIVE_HOST_KEY)")
    .option("--ssh-key <file>", "private key for SFTP (default: TAPLINE_ARCHIVE_KEY)")
    .option("--cert <file>", "a recipient's certificate (default: pki/archive.crt in the private folder)")
    .option("--key <file>", "its private key (default: pki/archive.key)")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--at <time>", "when certificates must be valid, ISO 8601 (default: when each segment was made)")
    .option("--json", "end with one JSON object in place of the summary line")
    .addHelpText(
      "after",
      "\nThe private folder is TAPLINE_DATA_DIR, else the nearest .tapline from here upwards.",
    )
    .action(restore);
}

async function restore(options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const keys = await readKeys(options, dataDir);
  const { reader, close } = openArchiveReader(await placeOf(options, dataDir));
  try {
    const summary = await restoreArchive(reader, options.out, keys, tellFailure);
    process.stdout.write(
      `${options.json === true ? JSON.stringify(summary) : sentence(summary, options.out)}\n`,
    );
    if (summary.failed.length > 0) process.exitCode = 1;
  } finally {
    await close();
  }
}

function tellFailure({ object, message }: RestoreFailure): void {
  process.stderr.write(`failed: ${object}: ${message}\n`);
}

function sentence({ segments, restored, present, taps, failed }: RestoreSummary, out: string): string {
  const parts = [`${restored} restored`, `${present} already there`, `${failed.length} failed`];
  return `${segments} segments: ${parts.join(", ")}; ${taps} taps in ${out}`;
}

async function placeOf(options: Options, dataDir: string | undefined): Promise<ArchivePlace> {
  const settings = archiveSettings();
  if (options.archive !== undefined) return { dir: options.archive };
  const url = options.url ?? settings.url;
  if (url !== undefined)
    return {
      url,
      hostKeyPin: options.hostKey ?? settings.hostKeyPin ?? "",
      privateKey: await readText(needed(options.sshKey ?? settings.keyFile, "--ssh-key"), "--ssh-key"),
    };
  return { dir: join(needed(dataDir, "--archive"), "archive") };
}

async function readKeys(options: Options, dataDir: string | undefined): Promise<RestoreKeys> {
  const text = (option: "cert" | "key" | "trust", name: string): Promise<string> => {
    const fallback = dataDir === undefined ? undefined : join(dataDir, "pki", name);
    return readText(needed(options[option] ?? fallback, `--${option}`), `--${option}`);
  };
  const [certPem, keyPem, trust] = [
    await text("cert", "archive.crt"),
    await text("key", "archive.key"),
    [await text("trust", "trust.pem")],
  ];
  const at = options.at === undefined ? undefined : epochMsOf(options.at);
  return {
    recipient: { certPem, keyPem },
    trust: { rootPems: trust, crlPems: trust },
    ...(at === undefined ? {} : { atEpochMs: at }),
  };
}

function epochMsOf(text: string): number {
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs))
    throw new TaplineError("invalid-input", `--at "${text}" is not a time`, {
      remedy: "Write it as in 2026-11-23T12:00:00Z.",
    });
  return epochMs;
}

function needed(path: string | undefined, option: string): string {
  if (path !== undefined) return path;
  throw new TaplineError(
    "misconfigured",
    `no private folder .tapline was found, and ${option} was not given`,
    {
      remedy: `Run it inside the project, set TAPLINE_DATA_DIR, or give ${option}.`,
    },
  );
}

async function readText(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TaplineError("misconfigured", `${path} cannot be read: ${messageOf(cause)}`, {
      remedy: `Name a readable file by ${option}.`,
      cause,
    });
  }
}
