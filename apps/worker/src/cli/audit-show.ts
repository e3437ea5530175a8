import { checkpointText, formatVerifierKey } from "@tapline/core/audit";
import type { Command } from "commander";
import { openAuditLog } from "../wire/commands/audit.ts";
import { auditCommand } from "./audit-command.ts";
import { findStores } from "./find-stores.ts";
import { spanText } from "./parse-options.ts";
import { readLogKeys } from "./read-log-keys.ts";

/** `tapline audit show` and `tapline audit key`: how far the log has come, and by which key others check it. */
export function addAuditShow(program: Command): void {
  auditCommand(program)
    .command("show")
    .description("how far the log has come: its name, size, root and newest checkpoint")
    .option("--log <name>", "which log, where the database holds several")
    .option("--note", "print the signed checkpoint alone, as it is")
    .option("--json", "as JSON")
    .action(show);
  auditCommand(program)
    .command("key")
    .description("the log's verifier key: give it to whoever is to check proofs, by a way that they trust")
    .action(async () => {
      for (const key of await readLogKeys(undefined)) process.stdout.write(`${formatVerifierKey(key)}\n`);
    });
}

async function show(options: { log?: string; note?: boolean; json?: boolean }): Promise<void> {
  const { name, log, close } = await openAuditLog((await findStores()).databaseUrl, options.log);
  try {
    const [{ size, root, signed }, waiting] = [await log.head(), await log.waiting()];
    if (options.note === true) process.stdout.write(signed?.note ?? "");
    else if (options.json === true)
      process.stdout.write(
        `${JSON.stringify({ log: name, size, root: Buffer.from(root).toString("base64"), waiting, signedAtEpochMs: signed?.atEpochMs ?? null })}\n`,
      );
    else {
      const age = signed === null ? "none yet" : `${spanText(Date.now() - signed.atEpochMs)} old`;
      process.stdout.write(
        `log ${name}\n${checkpointText({ size, root })}\ncheckpoint: ${age}; ${waiting} entries wait for their place\n`,
      );
    }
  } finally {
    await close();
  }
}
