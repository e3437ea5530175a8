import { join } from "node:path";
import type { Place, UpgradeSettings } from "../upgrade/index.ts";
import { filled, type Step, unitFolder } from "./plan.ts";

export type UpgradeInstallOptions = {
  place: Place;
  settings: UpgradeSettings;
  /** The folder of the package that this command runs from, and its version. */
  packageRoot: string;
  version: string;
  /** Whether npm has built the binding to PC/SC in the package. */
  hasModules: boolean;
  node: string;
  dataDir: string;
  /** The texts of `install/tapline-agent-upgrade.service` and `.timer`. */
  serviceTemplate: string;
  timerTemplate: string;
};

export const upgradeService = "tapline-agent-upgrade.service";
export const upgradeTimer = "tapline-agent-upgrade.timer";
/** Found before the command that npm has installed, which stays what it was. */
export const commandPath = "/usr/local/sbin/tapline-agent";
const script = "bin/tapline-agent.mjs";

/** The command's script under the version that `link` names. */
export const scriptAt = (link: string): string => join(link, script);

/** Makes the place from which the service runs and in which upgrades write. */
export function planPlace(options: UpgradeInstallOptions): Step[] {
  const { place, settings, packageRoot, version, hasModules } = options;
  const target = join("versions", version);
  return [
    { kind: "folder", path: place.prefix, mode: 0o755, owner: "root" },
    { kind: "folder", path: place.versions, mode: 0o755, owner: "root" },
    { kind: "copy", from: packageRoot, to: join(place.prefix, target), keep: true },
    ...(hasModules ? [modulesOf(packageRoot, place)] : []),
    { kind: "link", path: place.knownGood, target },
    { kind: "link", path: place.current, target },
    {
      kind: "file",
      path: place.settings,
      content: `${JSON.stringify(settings, null, 2)}\n`,
      mode: 0o644,
      owner: null,
      keep: false,
    },
    { kind: "link", path: commandPath, target: scriptAt(place.current) },
    // What an upgrade before had begun or given up does not count any more.
    { kind: "remove", path: place.state },
  ];
}

/** Node looks for packages in the folders above a program: all versions find the one binding there. */
function modulesOf(packageRoot: string, place: Place): Step {
  const name = "node_modules";
  return { kind: "copy", from: join(packageRoot, name), to: join(place.prefix, name), keep: false };
}

/** The units, and their start. */
export function planUpgradeUnits(options: UpgradeInstallOptions): Step[] {
  const { place, node, dataDir, serviceTemplate, timerTemplate } = options;
  const values = { node, dataDir, prefix: place.prefix, program: scriptAt(place.knownGood) };
  const unit = (name: string, content: string): Step => ({
    ...{ kind: "file", path: join(unitFolder, name), content, mode: 0o644, owner: null, keep: false },
  });
  return [
    unit(upgradeService, filled(serviceTemplate, values)),
    unit(upgradeTimer, timerTemplate),
    { kind: "systemctl", args: ["daemon-reload"] },
    { kind: "systemctl", args: ["enable", "--now", upgradeTimer] },
  ];
}

/** @param prefix the place; the caller has seen that it is one */
export function planUpgradeRemoval(prefix: string): Step[] {
  return [
    { kind: "systemctl", args: ["disable", "--now", upgradeTimer] },
    { kind: "remove", path: join(unitFolder, upgradeTimer) },
    { kind: "remove", path: join(unitFolder, upgradeService) },
    { kind: "remove", path: commandPath },
    { kind: "remove", path: prefix },
  ];
}
