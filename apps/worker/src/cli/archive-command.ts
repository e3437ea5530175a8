import type { Command } from "commander";

/** The group `tapline archive`, made by whichever of its sub-commands comes first. */
export function archiveCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === "archive");
  return known ?? program.command("archive").description("the encrypted long-term archive");
}
