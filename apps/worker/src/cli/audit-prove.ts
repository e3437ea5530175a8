import { writeFile } from "node:fs/promises";
import { formatTlogProof } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { openAuditLog } from "../wire/commands/audit.ts";
import { findStores } from "./find-stores.ts";

export async function prove(entry: string, options: { log?: string; out?: string }): Promise<void> {
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
