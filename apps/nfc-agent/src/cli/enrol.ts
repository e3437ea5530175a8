import { chown, readdir, readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { replaceFile, systemCode } from "../durable-file.ts";
import { agentVersion } from "../version.ts";
import { withDataDir } from "./data-dir-option.ts";

type Options = { dataDir?: string; server: string; token?: string; tokenFile?: string };

/** `tapline-agent enrol`: makes this machine's key and has it certified. */
export function addEnrol(program: Command): void {
  withDataDir(program.command("enrol"))
    .description("give this PC its identity: make a key here, and have the server certify it")
    .requiredOption("--server <url>", "the server's address: https://host:port")
    .option("--token <token>", "the one-time token of `tapline agent token`")
    .option(
      "--token-file <file>",
      "read the token from a file (- = standard input), so that no list of processes shows it",
    )
    .action(enrolHere);
}

async function enrolHere(options: Options): Promise<void> {
  const { dataDir } = readConfig(undefined, options.dataDir);
  const token = await tokenOf(options);
  // Loaded here alone, as in `run`.
  const { enrol } = await import("../identity/index.ts");
  const { agent, notAfterEpochMs } = await enrol({
    server: options.server,
    token,
    dir: join(dataDir, "identity"),
    hostname: hostname(),
    version: agentVersion,
    now: Date.now,
  });
  await setServer(join(dataDir, "agent.json"), new URL(options.server).origin);
  await giveToOwner(dataDir);
  const ends = new Date(notAfterEpochMs).toISOString();
  process.stdout.write(
    `This PC is agent ${agent}; its certificate ends ${ends} and renews itself.\n` +
      "An agent that runs here takes it within a minute; else: systemctl start tapline-agent\n",
  );
}

async function tokenOf({ token, tokenFile }: Options): Promise<string> {
  if ((token === undefined) === (tokenFile === undefined))
    throw new TaplineError("invalid-input", "one of --token and --token-file is needed");
  if (tokenFile === undefined) return token ?? "";
  try {
    return (await readFile(tokenFile === "-" ? "/dev/stdin" : tokenFile, "utf8")).trim();
  } catch (error) {
    throw new TaplineError("misconfigured", `${tokenFile} cannot be read: ${systemCode(error)}`, {
      remedy: "name a file that holds the token alone",
    });
  }
}

/** The server that has certified this PC is the one to deliver to. */
async function setServer(path: string, ingestUrl: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  await replaceFile(path, `${JSON.stringify({ ...JSON.parse(text), ingestUrl }, null, 2)}\n`);
}

/** Root enrols for the agent's user: what was written belongs to whom the folder belongs to. */
async function giveToOwner(dataDir: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  const identity = join(dataDir, "identity");
  const files = (await readdir(identity)).map((name) => join(identity, name));
  for (const path of [identity, join(dataDir, "agent.json"), ...files]) await chown(path, uid, gid);
}
