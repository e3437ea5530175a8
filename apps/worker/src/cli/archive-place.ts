import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import type { ArchivePlace } from "../wire/commands/archive.ts";
import { archiveSettings } from "./config.ts";

/** Options by which a command is told where the archive lies. */
export interface PlaceOptions {
  readonly archive?: string;
  readonly url?: string;
  readonly hostKey?: string;
  readonly sshKey?: string;
}

/** Adds the options by which a command is told where the archive lies. */
export function addPlace(command: Command): Command {
  return command
    .option("--archive <dir>", "a local archive (default: archive/ in the private folder)")
    .option("--url <url>", "an SFTP archive: sftp://user@host:port/root (default: TAPLINE_ARCHIVE_URL)")
    .option("--host-key <pin>", "the SFTP server's key, SHA256:… (default: TAPLINE_ARCHIVE_HOST_KEY)")
    .option("--ssh-key <file>", "private key for SFTP (default: TAPLINE_ARCHIVE_KEY)");
}

const pkiFiles = { cert: "archive.crt", key: "archive.key", trust: "trust.pem" } as const;

/** The archive that options and settings name: a local folder, an SFTP server, else the private folder's own. */
export async function placeOf(options: PlaceOptions, dataDir: string | undefined): Promise<ArchivePlace> {
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

/** The PEM text of `file`, else of the private folder's own under pki/. */
export function readPki(
  file: string | undefined,
  dataDir: string | undefined,
  option: keyof typeof pkiFiles,
): Promise<string> {
  return readText(pkiFile(file, dataDir, option), `--${option}`);
}

/** The path of `file`, else of the private folder's own under pki/; not read. */
export function pkiFile(
  file: string | undefined,
  dataDir: string | undefined,
  option: keyof typeof pkiFiles,
): string {
  const fallback = dataDir === undefined ? undefined : join(dataDir, "pki", pkiFiles[option]);
  return needed(file ?? fallback, `--${option}`);
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
