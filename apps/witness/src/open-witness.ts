import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeLogKey, type NoteKey, noteKey, parseVerifierKeys, rawEd25519 } from "@tapline/core/audit";
import { messageOf, sha256Hex, TaplineError } from "@tapline/core/kernel";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { HeadStore } from "./head-store.ts";
import { replaceFile } from "./replace-file.ts";
import { Witness } from "./witness.ts";

/**
 * The witness of a folder; its key is made where there is none.
 * @throws TaplineError `corrupt` (its memory cannot be read), `misconfigured` (its key, or the logs' keys)
 */
export async function openWitness(
  config: Config,
  log: Pick<Logger, "info" | "error">,
): Promise<{ readonly witness: Witness; readonly key: NoteKey }> {
  const { TAPLINE_WITNESS_DIR: dir, TAPLINE_WITNESS_NAME: named, TAPLINE_WITNESS_LOGS: logs } = config;
  const heads = await HeadStore.open(dir);
  const privateKey = createPrivateKey(await readKey(join(dir, "witness.key")));
  const raw = rawEd25519(privateKey);
  const key = noteKey("witness", named ?? `tapline/witness/${sha256Hex(raw).slice(0, 16)}`, raw);
  const logKeys = (): Promise<NoteKey[]> => readLogKeys(logs);
  await logKeys();
  return { witness: new Witness({ key, privateKey, heads, logKeys, clock: Date.now, log }), key };
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const pem = makeLogKey();
  await replaceFile(path, pem);
  return pem;
}

async function readLogKeys(path: string): Promise<NoteKey[]> {
  try {
    return parseVerifierKeys(await readFile(path, "utf8"));
  } catch (cause) {
    throw new TaplineError("misconfigured", `the logs' keys in ${path} cannot be read: ${messageOf(cause)}`, {
      remedy: "one verifier key a line, as `tapline audit key` prints it",
      cause,
    });
  }
}
