import {
  checkpointText,
  checkTlogProof,
  leafHash,
  type NoteKey,
  parseTlogProof,
  readEntry,
  type SignedCheckpoint,
  type TlogProof,
} from "@tapline/core/audit";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import { type VerifyLogOptions, verifyLog } from "./audit-verify-log.ts";
import { readGivenText } from "./read-given.ts";
import { readLogKeys } from "./read-log-keys.ts";

interface VerifyOptions extends VerifyLogOptions {
  readonly key?: string;
  readonly full?: boolean;
}

export async function verify(file: string | undefined, options: VerifyOptions): Promise<void> {
  if ((file === undefined) !== (options.full === true))
    throw new TaplineError("invalid-input", "either a proof's file, or --full for the whole log");
  const keys = await readLogKeys(options.key);
  if (file === undefined) await verifyLog(keys, options);
  else await verifyProof(file, keys);
}

async function verifyProof(file: string, keys: readonly NoteKey[]): Promise<void> {
  const proof = parseTlogProof(await readGivenText(file));
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
  const entry = readEntry(proof.extra);
  process.stdout.write(
    `${JSON.stringify(entry, null, 2)}\n` +
      `proven: entry ${proof.index} of ${checkpoint.origin}, which signed ${checkpointText(checkpoint)}\n` +
      seen.join("") +
      `not proven: ${seen.length === 0 ? "that the log showed everybody the same history (give a witness's key beside the log's), and " : ""}that what it tells of happened\n`,
  );
}

/** Null where the proof is genuine in form and proves nothing: said, and marked in the exit code. */
function check(proof: TlogProof, leaf: Uint8Array, keys: readonly NoteKey[]): SignedCheckpoint | null {
  try {
    return checkTlogProof(proof, leaf, keys);
  } catch (error) {
    if (!hasCode(error, "corrupt")) throw error;
    process.stderr.write(`NOT proven: ${error.message}\n`);
    process.exitCode = 2;
    return null;
  }
}
