import { readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TaplineError } from "@tapline/core/kernel";
import { syncDirectory, systemCode } from "../durable-file.ts";

/** Where an agent that upgrades itself is installed; all of it is root's, the agent itself only reads it. */
export type Place = {
  readonly prefix: string;
  /** A folder per version, named like it. */
  readonly versions: string;
  /** Link to the version that the service runs. */
  readonly current: string;
  /** Link to the version that came up last; the upgrade itself runs from there. */
  readonly knownGood: string;
  readonly settings: string;
  readonly state: string;
};

export const defaultPrefix = "/opt/tapline-agent";

export function placeAt(prefix: string): Place {
  return {
    prefix,
    versions: join(prefix, "versions"),
    current: join(prefix, "current"),
    knownGood: join(prefix, "known-good"),
    settings: join(prefix, "upgrade.json"),
    state: join(prefix, "upgrade-state.json"),
  };
}

/** The folder of this program's package. */
export const packageRoot = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** The prefix that this program runs from; null where it was installed in another way. */
export function ownPrefix(): string | null {
  return /^(.+)\/versions\/[^/]+$/.exec(packageRoot)?.[1] ?? null;
}

/** The version that a link of the place names. @throws misconfigured where it names none */
export async function versionAt(link: string): Promise<string> {
  try {
    return basename(await readlink(link));
  } catch (error) {
    throw new TaplineError("misconfigured", `no agent is installed at ${link}: ${systemCode(error)}`, {
      remedy: "install with --upgrade-from and --release-key, or name the place by --prefix",
    });
  }
}

/** Has `link` name `version`: a power cut leaves the old name or the new one. */
export async function pointTo(place: Place, link: string, version: string): Promise<void> {
  const draft = `${link}.new`;
  await rm(draft, { force: true });
  await symlink(join("versions", version), draft);
  await rename(draft, link);
  await syncDirectory(place.prefix);
}
