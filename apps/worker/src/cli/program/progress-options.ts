import type { Command } from "commander";

/** For commands that may take long: who looks on at a terminal hears every few seconds how far they are. */
export function addProgress(command: Command): Command {
  return command.option("--progress", "say on standard error how far it is, also where no terminal looks on");
}
