import type { Command } from "commander";
import { day, wholeNumber } from "./forms.ts";
import { addStatementVerify } from "./statement-options.ts";

/** The group `tapline gap`. */
export function addGap(program: Command): void {
  const gap = program.command("gap").description("numbers of agents and trackers without an end");
  addGapList(gap);
  addGapStatement(gap);
  addGapVerify(gap);
}

/** `tapline gap ls`: the ledger. */
function addGapList(gap: Command): void {
  gap
    .command("ls")
    .description("the gap ledger, newest first")
    .option("--agent <id>", "only gaps of this agent")
    .option("--tracker <id>", "only gaps of this tracker")
    .option("--open", "only those that are not filled")
    .option("--limit <rows>", "at most so many", wholeNumber, 1_000)
    .option("--json", "as JSON")
    .action(async (options) => (await import("../gap-ls.ts")).list(options));
}

/** `tapline gap statement`: what is known now of an agent's day, signed, into a folder. */
function addGapStatement(gap: Command): void {
  gap
    .command("statement")
    .description("state and sign what became of the taps of one agent's UTC day, as known now")
    .requiredOption("--agent <id>", "the agent")
    .requiredOption("--day <YYYY-MM-DD>", "the day (UTC)", day)
    .option("--out <dir>", "where the statement and its signature go", ".")
    .option(
      "--by <name>",
      "who asks, by e-mail address or name; goes into the audit log (default: the login name)",
    )
    .addHelpText("after", "\nThe daily statements lie in the archive, under statements/YYYY/MM/DD/.")
    .action(async (options) => (await import("../gap-statement.ts")).state(options));
}

/** `tapline gap verify FILE`: whether a statement is genuine, and what it says. */
function addGapVerify(gap: Command): void {
  addStatementVerify(
    gap,
    "Ends with 0 where it is genuine and states no gap, 2 where it is genuine and does not, else 1.",
  ).action(async (file, options) => (await import("../gap-verify.ts")).verify(file, options));
}
