import type { Command } from "commander";

/** Adds the options by which a command is told where the archives lie. */
export function addPlace(command: Command): Command {
  return command
    .option("--target <name>", "one archive of the plan, by its name (default: all of them)")
    .option("--archive <dir>", "a local archive (default: archive/ in the private folder)")
    .option("--url <url>", "an SFTP archive: sftp://user@host:port/root (default: TAPLINE_ARCHIVES or _URL)")
    .option("--host-key <pin>", "the SFTP server's key, SHA256:… (default: TAPLINE_ARCHIVE_HOST_KEY)")
    .option("--ssh-key <file>", "private key for SFTP (default: TAPLINE_ARCHIVE_KEY)");
}
