import type { Command } from "commander";
import { saysSomething, wholeNumber } from "./forms.ts";

type Action = OmitThisParameter<Parameters<Command["action"]>[0]>;

/**
 * The rule for every command that changes something: it asks for a reason and a name, which go into the audit log, and lets
 * its effect be seen beforehand.
 */
export function addActing(command: Command): Command {
  return addEffect(
    command
      .requiredOption("--reason <text>", "why; goes into the audit log", saysSomething)
      .option(
        "--by <name>",
        "who acts: the e-mail address of an account of the console, or a name; goes into the audit log (default: the login name)",
      ),
  );
}

/** For what changes which rules are in force. */
export function addSeen(command: Command): Command {
  return command.option(
    "--seen <version>",
    "what was in force when you looked: refused where it is another one by now",
    wholeNumber,
  );
}

/** Where no act of a person is audited: the effect alone. */
export function addEffect(command: Command): Command {
  return command
    .option("--dry-run", "print the effect and change nothing")
    .option("--yes", "do it without being asked (where nobody can be asked, nothing is done without it)");
}

/**
 * The action of such a command: `act` with `dryRun` prints the effect alone. Without --yes that comes first, then whoever sits
 * at the terminal is asked; where nobody does, nothing is changed and the command ends with 1. What the effect was seen of, where `act`
 * says so, is given back to it as `seen`: it may be another thing by the time of the answer.
 */
export function confirmed(act: (...all: Parameters<Action>) => unknown): Action {
  return async (...all) => {
    const [given, options] = [all.slice(0, -2), all.at(-2)];
    if (options.dryRun === true || options.yes === true) return void (await act(...given, options));
    const seen: unknown = await act(...given, { ...options, dryRun: true });
    process.exitCode = 0;
    if (await isWanted())
      return void (await act(...given, seen === undefined ? options : { ...options, seen }));
    process.stderr.write("tapline: nothing was changed; say --yes to do it\n");
    process.exitCode = 1;
  };
}

async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const { createInterface } = await import("node:readline");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string | null>((resolve) => {
    // Ctrl-C and Ctrl-D close it, and nobody answers any more: that is a no.
    terminal.once("close", () => resolve(null));
    terminal.question("Do it? Type yes: ", resolve);
  });
  terminal.close();
  if (answer === null) process.stderr.write("\n");
  return answer?.trim() === "yes";
}
