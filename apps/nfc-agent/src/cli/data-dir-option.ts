import type { Command } from "commander";

/** Lets `command` be told the agent's data folder. */
export function withDataDir(command: Command): Command {
  return command.option(
    "--data-dir <folder>",
    "the agent's data folder (default: TAPLINE_AGENT_DATA_DIR, /var/lib/tapline-agent where it exists, .tapline/agent)",
  );
}
