import type { Command } from "commander";

/** `tapline status`: how everything stands, on one screen. */
export function addStatus(program: Command): void {
  program
    .command("status")
    .description("how everything stands on one screen, and what to do where something is not well")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nEnds with 0 where all is well, 1 where something needs attention, or is not known.",
    )
    .action(async (options) => (await import("../status/status.ts")).status(options));
}
