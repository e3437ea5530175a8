import type { Command } from "commander";
import { day } from "./forms.ts";
import { addStatementVerify } from "./statement-options.ts";

/** `tapline site ls|verify`: the daily balance of each site. */
export function addSite(program: Command): void {
  const site = program
    .command("site")
    .description("the daily balance of each site: tapped = archived + the rest");
  site
    .command("ls")
    .description("each site's balance of one UTC day, as known now")
    .requiredOption("--day <YYYY-MM-DD>", "the day (UTC)", day)
    .option("--json", "as JSON")
    .action(async (options) => (await import("../site-command.ts")).list(options));
  addStatementVerify(
    site,
    "Ends with 0 where it is genuine and balanced, 2 where it is genuine and is not, else 1.",
  ).action(async (file, options) => (await import("../site-command.ts")).verify(file, options));
}
