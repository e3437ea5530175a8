import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { z } from "zod";
import { readConfig } from "../config.ts";
import { exitCodes } from "../exit-codes.ts";
import { systemdRuns, unitName } from "../install/index.ts";
import { lockHolder } from "../outbox/index.ts";
import {
  type AgentAnswer,
  defaultPrefix,
  ownPrefix,
  placeAt,
  runUpgrade,
  wantedVersion,
} from "../upgrade/index.ts";
import { askAgent } from "./ask-agent.ts";
import { withDataDir } from "./data-dir-option.ts";

type Options = { dataDir?: string; prefix?: string; dryRun?: true; retry?: true };

const run = promisify(execFile);
/** Of the status, that which versions have in common. */
const answerSchema = z.object({
  version: z.string(),
  pid: z.int(),
  paused: z.string().nullable(),
  link: z.object({ up: z.boolean() }),
});

/** `tapline-agent upgrade`: takes the version that the fleet wants; what the timer runs. */
export function addUpgrade(program: Command): void {
  withDataDir(program.command("upgrade"))
    .description("take the version that the fleet wants, if it is released; back where it does not come up")
    .option(
      "--prefix <folder>",
      `where the agent is installed (default: its own place, else ${defaultPrefix})`,
    )
    .option("--dry-run", "fetch and check the version, say what would be done, and do nothing")
    .option("--retry", "try again a version that did not come up")
    .action(upgrade);
}

async function upgrade(options: Options): Promise<void> {
  const { dryRun = false, retry = false } = options;
  const { dataDir, outboxDir } = readConfig(undefined, options.dataDir);
  if (!dryRun && !systemdRuns())
    throw new TaplineError("misconfigured", "systemd does not run here, and the service is restarted by it", {
      remedy: "upgrade by hand",
    });
  const wanted = await wantedVersion(dataDir);
  const probe = () => askVersion(dataDir);
  const result = await runUpgrade({
    place: placeAt(resolve(options.prefix ?? ownPrefix() ?? defaultPrefix)),
    ...{ wanted, retry, dryRun, probe, now: Date.now },
    assertWatchable: () => refuseWithoutApi(probe, outboxDir),
    restart: async () => {
      await run("systemctl", ["restart", unitName]);
    },
    say: (line) => process.stdout.write(`${line}\n`),
    readyWithinMs: 60_000,
    steadyMs: 5000,
  });
  process.exitCode = result === "rolled-back" ? exitCodes.failure : exitCodes.ok;
}

/** What answers in another form is no agent that is up. */
export async function askVersion(dataDir: string): Promise<AgentAnswer | null> {
  const answer = await askAgent(dataDir, "/v1/status", answerSchema).catch(() => null);
  if (answer === null) return null;
  const { version, pid, paused, link } = answer;
  return { version, pid, paused, linked: link.up };
}

/** Whether a version came up is learned from its local API: without one, each would be rolled back. */
async function refuseWithoutApi(probe: () => Promise<AgentAnswer | null>, outboxDir: string): Promise<void> {
  if ((await probe()) !== null || (await lockHolder(outboxDir)) === null) return;
  throw new TaplineError("misconfigured", "the agent runs, and its local API does not answer", {
    remedy: "upgrades need the local API: see that apiPort is not off, and its port is free",
  });
}
