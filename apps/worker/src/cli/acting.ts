import { userInfo } from "node:os";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import { type Command, InvalidArgumentError } from "commander";

/** Options of every command that changes something. */
export interface ActingOptions {
  readonly reason: string;
  readonly by?: string;
  readonly dryRun?: boolean;
}

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

/** Who runs the command, why and when. @throws TaplineError `invalid-input` where nobody is named */
export function actOf(options: ActingOptions): {
  readonly actor: Actor;
  readonly reason: string;
  readonly atEpochMs: number;
  readonly dryRun: boolean;
} {
  const id = options.by ?? loginName();
  if (id === "")
    throw new TaplineError("invalid-input", "who acts is not known", { remedy: "Say so by --by NAME." });
  return {
    actor: { kind: "operator", id },
    reason: options.reason,
    atEpochMs: Date.now(),
    dryRun: options.dryRun === true,
  };
}

/** "" for a user without a name, as in some containers. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}
