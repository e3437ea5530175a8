import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import type { ReleaseSpec } from "@tapline/core/noops";
import { mayReleaseSet, whyNotReleasable } from "@tapline/core/rollout";
import { projectRoot } from "../start-child.ts";

export const workerScript = "apps/worker/src/main.ts";

/** The version of the program that this supervisor belongs to. */
export function ownVersion(): string {
  return JSON.parse(readFileSync(join(projectRoot, "apps/worker/package.json"), "utf8")).version;
}

/** Folder below which programs of other versions lie, each in a folder that is called as its version. */
const releasesIn = (dataDir: string) => join(dataDir, "releases");

/**
 * The folder of a version's program: the project's for its own version, else one below `releases` of the data folder,
 * wherever links in it lead. Null where there is none.
 */
export function findProgram(version: string, dataDir: string): string | null {
  if (version === ownVersion()) return projectRoot;
  const folder = join(releasesIn(dataDir), version);
  if (!existsSync(join(folder, workerScript))) return null;
  const real = realpathSync(join(folder, workerScript));
  return real.startsWith(realpathSync(releasesIn(dataDir)) + sep) ? folder : null;
}

/** Why a release cannot be run here; null where it can. */
export function cannotRun({ version, config }: ReleaseSpec, dataDir: string): string | null {
  const strange = Object.keys(config).find((name) => !mayReleaseSet(name));
  if (strange !== undefined) return whyNotReleasable(strange);
  if (findProgram(version, dataDir) !== null) return null;
  return `there is no program of version ${version}: neither this project's (${ownVersion()}) nor one in ${releasesIn(dataDir)}`;
}
