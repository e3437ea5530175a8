import type { Command } from "commander";
import { withDataDir } from "./data-dir-option.ts";

/** `tapline-agent run`: what the service runs. */
export function addRun(program: Command): void {
  withDataDir(program.command("run"))
    .description("run the agent in the foreground until SIGTERM or SIGINT; logs go to stderr")
    .action(async ({ dataDir }: { dataDir?: string }) => {
      // Loaded here alone: other commands start several times as fast without it.
      const { runAgent } = await import("../run-agent.ts");
      runAgent(dataDir);
    });
}
