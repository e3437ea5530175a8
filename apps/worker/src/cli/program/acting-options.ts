import { type Command, InvalidArgumentError } from "commander";

/** Asks for a reason and a name, and lets the effect be seen beforehand. */
export function addActing(command: Command): Command {
  return command
    .requiredOption("--reason <text>", "why; goes into the audit log", saysSomething)
    .option("--by <name>", "who acts; goes into the audit log (default: the login name)")
    .option("--dry-run", "print the effect and change nothing");
}

/** A reason as an option takes it. @throws InvalidArgumentError where it says nothing */
export function saysSomething(reason: string): string {
  if (reason.trim() !== "") return reason;
  throw new InvalidArgumentError(
    "It is empty: say why, since it is what the audit log will tell of this act.",
  );
}
