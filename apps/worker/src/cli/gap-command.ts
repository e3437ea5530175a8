import type { Command } from "commander";

/** The group `tapline gap`, made by whichever of its sub-commands comes first. */
export function gapCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === "gap");
  return known ?? program.command("gap").description("numbers of agents and trackers without an end");
}
