import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { readConfig } from "../config.ts";
import {
  applySteps,
  planInstall,
  planPlace,
  planUninstall,
  planUpgradeRemoval,
  planUpgradeUnits,
  scriptAt,
  systemdRuns,
  unitName,
} from "../install/index.ts";
import { inspectOutbox, lockHolder } from "../outbox/index.ts";
import { defaultPrefix, placeAt } from "../upgrade/index.ts";
import { type PlaceOptions, upgradeInstall, withUpgrade } from "./upgrade-install.ts";
import { counted } from "./words.ts";

type Options = PlaceOptions & {
  user: string;
  dataDir: string;
  root: string;
  dryRun?: true;
  purge?: true;
};

/** Beside the source as beside the packaged program, which lies two folders deep too. */
const unitTemplate = new URL("../../install/tapline-agent.service", import.meta.url);
/** Folders that the service does not see. */
const hidden = /^\/(home|root|tmp|var\/tmp|run\/user)\//;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** `tapline-agent install` and `uninstall`: the systemd service of this PC. */
export function addInstall(program: Command): void {
  withUpgrade(withPlace(program.command("install")))
    .description(
      "make the agent a service of systemd: user, folder, settings, unit; again: bring it up to date",
    )
    .option("--user <name>", "the system user that the agent runs as", "tapline-agent")
    .action(install);
  withPlace(program.command("uninstall"))
    .description("stop the service and remove it; the data folder stays")
    .option("--purge", "remove the data folder, too; refused while a tap waits in its outbox")
    .action(uninstall);
}

function withPlace(command: Command): Command {
  return command
    .option("--data-dir <folder>", "the agent's data folder", "/var/lib/tapline-agent")
    .option("--prefix <folder>", "where an agent that upgrades itself is installed", defaultPrefix)
    .option("--root <folder>", "write below this folder and run nothing: for images", "/")
    .option("--dry-run", "say what would be done, and do nothing");
}

async function install(options: Options): Promise<void> {
  const { user, dryRun = false } = options;
  const { root, dataDir } = placesOf(options);
  const program = realpathSync(process.argv[1] ?? "");
  const node = process.execPath;
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new TaplineError("invalid-input", `${user} is no name of a system user`);
  const isEnrolled = existsSync(join(root, dataDir, "identity", "agent.crt"));
  const template = await readFile(unitTemplate, "utf8");
  const upgrade = await upgradeInstall(options, { root, dataDir, node });
  if (root === "/") refuseHidden([node, upgrade === null ? program : upgrade.settings.upgradeFrom]);
  const runs = upgrade === null ? program : scriptAt(upgrade.place.current);
  const service = planInstall({ user, dataDir, node, program: runs, unitTemplate: template, isEnrolled });
  const plan = upgrade === null ? service : [...planPlace(upgrade), ...service, ...planUpgradeUnits(upgrade)];
  await applySteps(plan, { root, dryRun, say });
  if (root === "/" && !systemdRuns())
    say(`systemd does not run here: once it does, systemctl enable --now ${unitName}`);
  if (!isEnrolled)
    say(
      `next: sudo tapline-agent enrol --data-dir ${dataDir} --server https://… --token …\n` +
        `then: sudo systemctl start ${unitName}`,
    );
}

async function uninstall(options: Options): Promise<void> {
  const { dryRun = false, purge = false } = options;
  const { root, dataDir } = placesOf(options);
  if (purge) await refuseWhileTapsWait(join(root, dataDir));
  const prefix = resolve(options.prefix);
  const removal = existsSync(join(root, placeAt(prefix).settings)) ? planUpgradeRemoval(prefix) : [];
  await applySteps([...removal, ...planUninstall(dataDir, purge)], { root, dryRun, say });
  if (!purge) say(`${dataDir} stays, with its outbox; --purge removes it once no tap waits there`);
}

function placesOf(options: Options): { root: string; dataDir: string } {
  return { root: resolve(options.root), dataDir: resolve(options.dataDir) };
}

function refuseHidden(paths: readonly string[]): void {
  const found = paths.find((path) => hidden.test(path));
  if (found === undefined) return;
  throw new TaplineError(
    "misconfigured",
    `the service could not see ${found}: it is kept out of that folder`,
    {
      remedy:
        "have Node, agent and releases in places of the whole machine (npm install --global as root), and run it from there",
    },
  );
}

/** An outbox that cannot be read may hold taps, so it stays, too. */
async function refuseWhileTapsWait(dataDir: string): Promise<void> {
  const { outboxDir } = readConfig({ TAPLINE_AGENT_DATA_DIR: dataDir });
  const { taps, damage } = await inspectOutbox(outboxDir);
  if (damage !== null) throw damage;
  const waiting = taps.filter(({ state }) => state === "pending").length;
  const holder = await lockHolder(outboxDir);
  if (waiting === 0 && holder === null) return;
  const why =
    waiting > 0
      ? `${counted(waiting, "tap")} in ${outboxDir} have no receipt`
      : `process ${holder} runs on it`;
  throw new TaplineError("conflict", `nothing was removed: ${why}`, {
    remedy:
      waiting > 0
        ? "let the agent run until `tapline-agent status` says that it is safe to switch off"
        : "stop the agent first: systemctl stop tapline-agent",
  });
}
