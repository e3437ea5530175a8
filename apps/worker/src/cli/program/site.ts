import type { Command } from "commander";
import { day } from "./forms.ts";

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
  site
    .command("verify")
    .description("verify a statement's signature and say what it states")
    .argument("<file>")
    .option("--signature <file>", "its signature (default: <file>.p7s)")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nEnds with 0 where it is genuine and balanced, 2 where it is genuine and is not, else 1.",
    )
    .action(async (file, options) => (await import("../site-command.ts")).verify(file, options));
}
