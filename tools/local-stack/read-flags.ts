import { TaplineError } from "@tapline/core/kernel";
import { Command, CommanderError, InvalidArgumentError } from "commander";

/** The command line of `npm start`. */
export type Flags = Readonly<{
  once: boolean;
  /** False: no simulated agent of its own. */
  agent: boolean;
  taps?: number;
  dataDir?: string;
  webPort?: number;
  ingestPort?: number;
  readers?: number;
  rate?: number;
}>;

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

const port = wholeNumber(1, 65_535);

function command(): Command {
  return new Command("npm start --")
    .description("Runs all of Tapline on this machine: database, Redis, archive, worker, console, agent.")
    .option("--once", "archive a number of taps, print one line of JSON, and end")
    .option("--taps <number>", "taps to read (with --once: 2000)", wholeNumber(1, 10_000_000))
    .option("--data-dir <folder>", "where everything is kept (default: .tapline)")
    .option("--web-port <port>", "the console's port (default: 7400 or a free one)", port)
    .option("--ingest-port <port>", "the agents' port (default: 7443 or a free one)", port)
    .option("--readers <number>", "simulated readers (default: 4)", wholeNumber(1, 1_000))
    .option("--no-agent", "no simulated agent: enrol one of yours in the console")
    .option("--rate <number>", "taps per second over all readers", wholeNumber(1, 1_000_000))
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
}

/**
 * Reads the command line. Returns the help text where that was asked for. Throws `invalid-input` in one sentence on
 * an unknown flag or a broken value.
 */
export function readFlags(args: readonly string[]): Flags | { help: string } {
  const program = command();
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { help: program.helpInformation() };
    throw new TaplineError("invalid-input", error.message.replace(/^error: /, "").replaceAll("\n", " "), {
      remedy: "npm start -- --help lists the flags",
    });
  }
  const flags = { once: false, agent: true, ...program.opts<Partial<Flags>>() };
  if (flags.once && !flags.agent)
    throw new TaplineError("invalid-input", "--once needs the simulated agent, which --no-agent leaves out", {
      remedy: "leave one of them out",
    });
  return flags;
}
