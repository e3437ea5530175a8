import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { z } from "zod";
import { systemCode } from "../durable-file.ts";
import type { UpgradeInstallOptions } from "../install/index.ts";
import {
  type Place,
  packageRoot,
  placeAt,
  readUpgradeSettings,
  type UpgradeSettings,
  upgradeSettingsSchema,
} from "../upgrade/index.ts";
import { agentVersion } from "../version.ts";

export type PlaceOptions = { prefix: string; upgradeFrom?: string; releaseKey?: string; ca?: string };

const template = (name: string) => readFile(join(packageRoot, "install", name), "utf8");

/** Lets `install` be told where packages come from. */
export function withUpgrade(command: Command): Command {
  return command
    .option(
      "--upgrade-from <place>",
      "an https URL or a folder: take the versions that the fleet wants from there",
    )
    .option("--release-key <file>", "the public Ed25519 key (PEM) that releases are signed with")
    .option("--ca <file>", "authorities (PEM) of that https server, in place of the system's");
}

/**
 * What an installation that upgrades itself needs beside the service; null where none is asked for and none is there.
 * One that is there stays as it is set, unless it is told anew.
 */
export async function upgradeInstall(
  options: PlaceOptions,
  { root, dataDir, node }: { root: string; dataDir: string; node: string },
): Promise<UpgradeInstallOptions | null> {
  const place = placeAt(resolve(options.prefix));
  const settings = await settingsOf(options, join(root, place.settings));
  if (settings === null) return null;
  if (!existsSync(join(packageRoot, "lib/agent/tapline-agent.mjs")))
    throw new TaplineError("misconfigured", "only a packaged agent can upgrade itself", {
      remedy: "run the command of the package: npm run package:agent makes it",
    });
  await refuseForeign(place, root);
  const [serviceTemplate, timerTemplate] = await Promise.all([
    template("tapline-agent-upgrade.service"),
    template("tapline-agent-upgrade.timer"),
  ]);
  const hasModules = existsSync(join(packageRoot, "node_modules"));
  const fixed = { packageRoot, version: agentVersion, hasModules, serviceTemplate, timerTemplate };
  return { place, settings, node, dataDir, ...fixed };
}

async function settingsOf(options: PlaceOptions, path: string): Promise<UpgradeSettings | null> {
  const { upgradeFrom, releaseKey, ca } = options;
  if (upgradeFrom === undefined && releaseKey === undefined && ca === undefined)
    return await readUpgradeSettings(path);
  if (upgradeFrom === undefined || releaseKey === undefined)
    throw new TaplineError("invalid-input", "--upgrade-from and --release-key belong together");
  const parsed = upgradeSettingsSchema.safeParse({
    upgradeFrom,
    releaseKey: await pemOf(releaseKey),
    ca: ca === undefined ? null : await pemOf(ca),
  });
  if (parsed.success) return parsed.data;
  throw new TaplineError("invalid-input", `upgrades cannot be set so: ${z.prettifyError(parsed.error)}`);
}

async function pemOf(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    throw new TaplineError("misconfigured", `${path} cannot be used: ${systemCode(error)}`, {
      remedy: "name a PEM file that you may read",
    });
  });
}

/** `uninstall` removes the whole place: it must be nobody else's. */
async function refuseForeign({ prefix, settings }: Place, root: string): Promise<void> {
  if (existsSync(join(root, settings))) return;
  const found = await readdir(join(root, prefix)).catch(() => []);
  if (found.length === 0) return;
  throw new TaplineError("misconfigured", `${prefix} holds something else`, {
    remedy: "name a folder that is not there yet by --prefix",
  });
}
