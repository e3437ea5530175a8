import {
  checkpointText,
  checkTlogProof,
  isErasure,
  leafHash,
  type NoteKey,
  parseTlogProof,
  readEntry,
  type SignedCheckpoint,
  seenLines,
  type TlogProof,
} from "@tapline/core/audit";
import { hasCode, printable, TaplineError } from "@tapline/core/kernel";
import { type GrowthOptions, verifyGrowth, verifyGrowthProof } from "./audit-verify-growth.ts";
import { type VerifyLogOptions, verifyLog } from "./audit-verify-log.ts";
import { readGivenText } from "./read-given.ts";
import { readLogKeys } from "./read-log-keys.ts";
import { verifyErasure } from "./verify-erasure.ts";

interface VerifyOptions extends VerifyLogOptions, GrowthOptions {
  readonly key?: string;
  readonly full?: boolean;
}

export async function verify(file: string | undefined, options: VerifyOptions): Promise<void> {
  const { full, from } = options;
  if ([file, from, full === true ? full : undefined].filter((one) => one !== undefined).length !== 1)
    throw new TaplineError(
      "invalid-input",
      "one of these: a proof's file, --full for the whole log, --from for its growth",
    );
  const keys = await readLogKeys(options.key);
  if (from !== undefined) await verifyGrowth(from, keys, options);
  else if (file === undefined) await verifyLog(keys, options);
  else {
    const text = await readGivenText(file);
    if (isErasure(text)) verifyErasure(text, keys, false);
    else if (text.startsWith("{")) verifyGrowthProof(text, keys);
    else verifyProof(file, text, keys);
  }
}

function verifyProof(file: string, text: string, keys: readonly NoteKey[]): void {
  const proof = parseTlogProof(text);
  if (proof.extra === null)
    throw new TaplineError("invalid-input", `${file} proves an entry that it does not hold`, {
      remedy: "only proofs of tapline audit prove can be verified here",
    });
  const proven = check(proof, leafHash(proof.extra), keys);
  if (proven === null) return;
  const { checkpoint, signatures } = proven;
  const seen = seenLines(signatures);
  const entry = readEntry(proof.extra);
  process.stdout.write(
    `${printable(JSON.stringify(entry, null, 2))}\n` +
      `proven: entry ${proof.index} of ${checkpoint.origin}, which signed ${checkpointText(checkpoint)}\n` +
      seen.map((line) => `${line}\n`).join("") +
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
