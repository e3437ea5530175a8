import { writeFile } from "node:fs/promises";
import { formatTlogProof } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { openAuditLog } from "../wire/commands/audit.ts";
import { auditCommand } from "./audit-command.ts";
import { findStores } from "./find-stores.ts";

/** `tapline audit prove ENTRY`: one small file that proves the entry to whoever has the log's verifier key. */
export function addAuditProve(program: Command): void {
  auditCommand(program)
    .command("prove")
    .description("prove that an entry stands in the log: a C2SP tlog-proof that holds the entry too")
    .argument("<entry>", "the entry's id, as tapline audit ls tells it")
    .option("--log <name>", "which log, where the database holds several")
    .option("--out <file>", "write it there (default: standard output)")
    .action(prove);
}

async function prove(entry: string, options: { log?: string; out?: string }): Promise<void> {
  const { log, close } = await openAuditLog((await findStores()).databaseUrl, options.log);
  try {
    const proof = await log.prove(entry);
    if (proof === null)
      throw new TaplineError("not-found", `the log holds no entry ${entry}`, {
        remedy: "if it was made just now, try again in a second; tapline audit ls tells ids",
      });
    const text = formatTlogProof(proof);
    if (options.out === undefined) process.stdout.write(text);
    else await writeFile(options.out, text, { flag: "wx" });
  } finally {
    await close();
  }
}
