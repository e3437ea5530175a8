import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { archiveRule, mainTarget } from "@tapline/core/transfer";
import { readArchiveSettings } from "../archive-settings.ts";
import type { ArchivePlace, ArchivePlaces } from "../wire/commands/open-archives.ts";
import { archiveSettings } from "./config.ts";

/** Options by which a command is told where the archives lie. */
export interface PlaceOptions {
  readonly target?: string;
  readonly archive?: string;
  readonly url?: string;
  readonly hostKey?: string;
  readonly sshKey?: string;
}

/**
 * The archives that options and settings name: a local folder or SFTP server, which `--target` gives a name; else those
 * of the plan, of which `--target` takes one; else the one of the plain settings, or the private folder's own.
 * @throws TaplineError `misconfigured`, or `not-found` where no archive has the name of `--target`
 */
export async function placesOf(options: PlaceOptions, dataDir: string | undefined): Promise<ArchivePlaces> {
  const { archive, url, target } = options;
  const { planFile, ...plain } = archiveSettings();
  if (archive !== undefined) return alone({ dir: archive }, target ?? mainTarget);
  if (url !== undefined) return alone(await serverAt(url, options), target ?? mainTarget);
  if (planFile !== undefined) {
    const { targets, rule } = await readArchiveSettings({
      ...{ TAPLINE_ARCHIVES: planFile, TAPLINE_ARCHIVE_READBACK: 1 },
    });
    const places = targets.map(({ name, settings }) => ({ name, place: settings }));
    if (target === undefined) return { targets: places, rule };
    const named = places.find(({ name }) => name === target);
    if (named !== undefined) return alone(named.place, target);
    throw unknownTarget(target, planFile, places);
  }
  if (target !== undefined && target !== mainTarget)
    throw unknownTarget(target, "the settings", [{ name: mainTarget }]);
  if (plain.url !== undefined) return alone(await serverAt(plain.url, options), mainTarget);
  return alone({ dir: join(needed(dataDir, "--archive"), "archive") }, mainTarget);
}

function alone(place: ArchivePlace, name: string): ArchivePlaces {
  const targets = [{ name, place }];
  return { targets, rule: archiveRule({ mode: "mirror", targets }) };
}

async function serverAt(url: string, { hostKey, sshKey }: PlaceOptions): Promise<ArchivePlace> {
  const settings = archiveSettings();
  const keyFile = needed(sshKey ?? settings.keyFile, "--ssh-key");
  return {
    url,
    hostKeyPin: hostKey ?? settings.hostKeyPin ?? "",
    privateKey: await readText(keyFile, "--ssh-key"),
  };
}

function unknownTarget(name: string, source: string, known: readonly { readonly name: string }[]) {
  const names = known.map((one) => one.name).join(", ");
  return new TaplineError("not-found", `${source} names no archive ${name}`, {
    remedy: `Give by --target one of: ${names}; or say by --archive or --url where it lies.`,
  });
}

/** Root certificate and revocation lists, PEM: those of `file`, else of the private folder. */
export function readTrust(file: string | undefined, dataDir: string | undefined): Promise<string> {
  return readText(file ?? join(needed(dataDir, "--trust"), "pki", "trust.pem"), "--trust");
}

/** @throws TaplineError `misconfigured` where there is neither the option nor a private folder */
export function needed(path: string | undefined, option: string): string {
  if (path !== undefined) return path;
  throw new TaplineError(
    "misconfigured",
    `no private folder .tapline was found, and ${option} was not given`,
    {
      remedy: `Run it inside the project, set TAPLINE_DATA_DIR, or give ${option}.`,
    },
  );
}

/** @throws TaplineError `misconfigured` naming the option */
export async function readText(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TaplineError("misconfigured", `${path} cannot be read: ${messageOf(cause)}`, {
      remedy: `Name a readable file by ${option}.`,
      cause,
    });
  }
}
