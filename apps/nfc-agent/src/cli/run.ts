import type { Command } from "commander";
import { runAgent } from "../run-agent.ts";
import { withDataDir } from "./data-dir-option.ts";

/** `tapline-agent run`: what the service runs. */
export function addRun(program: Command): void {
  withDataDir(program.command("run"))
    .description("run the agent in the foreground until SIGTERM or SIGINT; logs go to stderr")
    .action(({ dataDir }: { dataDir?: string }) => runAgent(dataDir));
}
