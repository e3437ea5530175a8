import { messageOf, printable, TaplineError } from "@tapline/core/kernel";
import { Command, CommanderError } from "commander";
import { systemCode } from "../durable-file.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { agentVersion } from "../version.ts";
import { addEnrol } from "./enrol.ts";
import { addInstall } from "./install.ts";
import { addOutbox } from "./outbox.ts";
import { addReaders } from "./readers.ts";
import { addRun } from "./run.ts";
import { addStatus } from "./status.ts";
import { addUpgrade } from "./upgrade.ts";

// Who reads only the head of a list closes the pipe: that is no failure.
process.stdout.on("error", (error) => {
  if (systemCode(error) !== "EPIPE") throw error;
});

/** The command `tapline-agent`: each sub-command adds itself. */
const program = new Command("tapline-agent")
  .description(
    "reads trackers at this PC's NFC readers, keeps their taps, and delivers them to a Tapline server",
  )
  .version(agentVersion, "-V, --version", "print the version")
  .exitOverride();
addInstall(program);
addEnrol(program);
addRun(program);
addStatus(program);
addReaders(program);
addOutbox(program);
addUpgrade(program);
program
  .command("version")
  .description("print the version")
  .action(() => {
    process.stdout.write(`${agentVersion}\n`);
  });

// Who reads along may have seen enough (`| head`); the command does its work all the same.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}

/** Says what went wrong, where the parser has not said it yet. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const remedy = error instanceof TaplineError ? error.remedy : undefined;
  const text = `tapline-agent: ${messageOf(error)}\n${remedy === undefined ? "" : `${remedy}\n`}`;
  process.stderr.write(printable(text));
  return exitCodeOf(error);
}
