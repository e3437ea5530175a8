import type { Command } from "commander";

/** Adds `verify` to a group of commands on signed statements. @param ends how it ends where all is well, and where not */
export function addStatementVerify(group: Command, ends: string): Command {
  return group
    .command("verify")
    .description("verify a statement's signature and say what it states")
    .argument("<file>")
    .option("--signature <file>", "its signature (default: <file>.p7s)")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--json", "as JSON")
    .addHelpText("after", `\n${ends}`);
}
