import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
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
  // Loaded here alone, as in `run`; and before the agent's user, who may not read where the program lies, takes over.
  const { enrol } = await import("../identity/index.ts");
  await becomeOwner(dataDir);
  const settingsPath = join(dataDir, "agent.json");
  const settings = await readSettings(settingsPath);
  const { agent, notAfterEpochMs } = await enrol({
    server: options.server,
    token,
    dir: join(dataDir, "identity"),
    hostname: hostname(),
    version: agentVersion,
    now: Date.now,
  });
  // The server that has certified this PC is the one to deliver to.
  const ingestUrl = new URL(options.server).origin;
  await replaceFile(settingsPath, `${JSON.stringify({ ...settings, ingestUrl }, null, 2)}\n`);
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
    // Not by the path /dev/stdin, which does not open where the input is a socket.
    return (tokenFile === "-" ? await text(process.stdin) : await readFile(tokenFile, "utf8")).trim();
  } catch (error) {
    throw new TaplineError("misconfigured", `${tokenFile} cannot be read: ${systemCode(error)}`, {
      remedy: "name a file that holds the token alone",
    });
  }
}

/** What the agent's user can read of its settings, before the token is used up. */
async function readSettings(path: string): Promise<object> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw new TaplineError("misconfigured", `${path} cannot be read: ${systemCode(error) ?? "no JSON"}`, {
      remedy: "let it be a JSON file that the agent's user may read",
    });
  }
}

/**
 * Root enrols for the agent's user, and as that user from here on: what is written belongs to whom the folder belongs
 * to, and no link in it can lead root to other files.
 */
async function becomeOwner(dataDir: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(dataDir).catch(() => null);
  if (owner === null || owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}
