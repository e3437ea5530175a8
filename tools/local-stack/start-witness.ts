import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatVerifierKey, openLogSigner } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import type { DataFolder } from "./data-folder.ts";
import type { StackBuilder } from "./stack-builder.ts";
import { replaceDurably } from "./write-private-folder.ts";

/** Whom the witness watches, and whom the worker has its checkpoints cosigned by. */
export function witnessFiles({ witness, pki }: Pick<DataFolder, "witness" | "pki">) {
  return { logs: join(witness, "logs.vkey"), witnesses: join(pki, "witnesses") };
}

/**
 * Starts the audit log's witness: a process of its own with a key and a folder of its own, told nothing but the log's
 * verifier key. On the same machine it finds a database that was rolled back or rewritten, not an owner of the machine.
 */
export async function startWitness(
  builder: StackBuilder,
  folder: DataFolder,
  port: number,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { logs, witnesses } = witnessFiles(folder);
  const { key } = openLogSigner(await readFile(join(folder.pki, "log.key"), "utf8"));
  await replaceDurably(logs, { content: `${formatVerifierKey(key)}\n`, secret: false });
  const witness = await builder.child("witness", "apps/witness/src/main.ts", {
    ...environment,
    TAPLINE_WITNESS_DIR: folder.witness,
    TAPLINE_WITNESS_LOGS: logs,
    TAPLINE_WITNESS_PORT: String(port),
  });
  const { key: own } = witness.current().ready;
  if (typeof own !== "string") throw new TaplineError("unavailable", "the witness did not tell its key");
  await replaceDurably(witnesses, { content: `http://127.0.0.1:${port} ${own}\n`, secret: false });
}
