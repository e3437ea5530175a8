import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { withDataDir } from "./data-dir-option.ts";
import { exitCodeOfOverview, overviewOf } from "./overview.ts";
import { statusText } from "./status-text.ts";

/** `tapline-agent status`: is it safe to switch this PC off, and what is wrong. */
export function addStatus(program: Command): void {
  withDataDir(program.command("status"))
    .description("say whether it is safe to switch this PC off, and what is wrong")
    .option("--json", "print one JSON object")
    .action(async ({ dataDir, json }: { dataDir?: string; json?: true }) => {
      const config = readConfig(undefined, dataDir);
      const overview = await overviewOf(config.dataDir, config.outboxDir, Date.now());
      process.stdout.write(json ? `${JSON.stringify(overview)}\n` : statusText(overview));
      process.exitCode = exitCodeOfOverview(overview);
    });
}
