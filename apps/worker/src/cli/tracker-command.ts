import type { Command } from "commander";

/** The group `tapline tracker`, made by whichever of its sub-commands comes first. */
export function trackerCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === "tracker");
  return known ?? program.command("tracker").description("trackers that may be tapped");
}
