import { readFile } from "node:fs/promises";
import {
  auditEntrySchema,
  checkpointText,
  checkSignatures,
  checkTlogProof,
  leafHash,
  type NoteKey,
  type ProvenEntry,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  type TlogProof,
  walkLog,
} from "@tapline/core/audit";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { openAuditLog } from "../wire/commands/audit.ts";
import { findStores } from "./find-stores.ts";
import { readLogKeys } from "./read-log-keys.ts";

interface VerifyOptions {
  readonly key?: string;
  readonly full?: boolean;
  readonly log?: string;
}

export async function verify(file: string | undefined, options: VerifyOptions): Promise<void> {
  if ((file === undefined) !== (options.full === true))
    throw new TaplineError("invalid-input", "either a proof's file, or --full for the whole log");
  const keys = await readLogKeys(options.key);
  if (file === undefined) await verifyWhole(keys, options.log);
  else await verifyProof(file, keys);
}

async function verifyProof(file: string, keys: readonly NoteKey[]): Promise<void> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new TaplineError("invalid-input", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const proof = parseTlogProof(text);
  if (proof.extra === null)
    throw new TaplineError("invalid-input", `${file} proves an entry that it does not hold`, {
      remedy: "only proofs of tapline audit prove can be verified here",
    });
  const proven = check(proof, leafHash(proof.extra), keys);
  if (proven === null) return;
  const { checkpoint, signatures } = proven;
  const seen = signatures.flatMap(({ key, atEpochS }) =>
    atEpochS === null
      ? []
      : [`seen: by ${key.name}, a witness, at ${new Date(atEpochS * 1000).toISOString()}\n`],
  );
  const entry = auditEntrySchema.parse(JSON.parse(Buffer.from(proof.extra).toString("utf8")));
  process.stdout.write(
    `${JSON.stringify(entry, null, 2)}\n` +
      `proven: entry ${proof.index} of ${checkpoint.origin}, which signed ${checkpointText(checkpoint)}\n` +
      seen.join("") +
      `not proven: ${seen.length === 0 ? "that the log showed everybody the same history (give a witness's key beside the log's), and " : ""}that what it tells of happened\n`,
  );
}

/** Null where the proof is genuine in form and proves nothing: said, and marked in the exit code. */
function check(proof: TlogProof, leaf: Uint8Array, keys: readonly NoteKey[]): ProvenEntry | null {
  try {
    return checkTlogProof(proof, leaf, keys);
  } catch (error) {
    if (!hasCode(error, "corrupt")) throw error;
    process.stderr.write(`NOT proven: ${error.message}\n`);
    process.exitCode = 2;
    return null;
  }
}

async function verifyWhole(keys: readonly NoteKey[], named: string | undefined): Promise<void> {
  const { name, log, close } = await openAuditLog((await findStores()).databaseUrl, named);
  try {
    const { signed } = await log.head();
    if (signed === null) throw new TaplineError("not-found", `the log ${name} has no checkpoint yet`);
    const note = parseNote(signed.note);
    if (checkSignatures(note, keys).length === 0)
      throw new TaplineError("forbidden", `no key that is trusted signed the checkpoint of ${name}`, {
        remedy: "give the log's verifier key by --key",
      });
    const checkpoint = parseCheckpoint(note.text);
    const walked = await walkLog(log.parts(checkpoint.size), checkpoint, progress(checkpoint.size));
    const fault = {
      whole: null,
      changed: "index" in walked ? `entry ${walked.index} is not the one that was recorded` : "",
      miscounted: "size" in walked ? `there are ${walked.size} entries instead of ${checkpoint.size}` : "",
      "other-root": "its entries lead to another root: the history was rewritten",
    }[walked.is];
    process.stdout.write(
      fault === null
        ? `whole: ${name}, ${checkpointText(checkpoint)}\n`
        : `NOT whole: ${name}, ${checkpointText(checkpoint)}: ${fault}\n`,
    );
    if (fault !== null) process.exitCode = 2;
  } finally {
    await close();
  }
}

/** On standard error, where somebody looks on. */
function progress(size: number): (entries: number) => void {
  let saidAt = Date.now();
  return (entries) => {
    if (!process.stderr.isTTY || Date.now() - saidAt < 1_000) return;
    saidAt = Date.now();
    process.stderr.write(`${entries} of ${size} entries\n`);
  };
}
