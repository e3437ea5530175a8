import type { Command } from "commander";

/** The group `tapline audit`, made by whichever of its sub-commands comes first. */
export function auditCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === "audit");
  return known ?? program.command("audit").description("the log of all operations, and proofs of it");
}
