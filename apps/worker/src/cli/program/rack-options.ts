import type { Command } from "commander";

/** Adds the options by which a command is told whose keys open the archive. */
export function addRack(command: Command): Command {
  return command
    .option("--cert <file>", "a recipient's certificate: only its key opens objects")
    .option("--key <file>", "its private key")
    .option(
      "--keys <dir>",
      "a folder of recipients' keys, NAME.crt beside NAME.key: the one that fits opens an object (default: pki/ in the private folder)",
    );
}
