import { checkErasure, type NoteKey, type ProvenErasure, provenErasureText } from "@tapline/core/audit";
import { tellProofError } from "./tell-proof-error.ts";

/** A certificate of erasure as `tapline audit erase` wrote it: offline. */
export function verifyErasure(text: string, keys: readonly NoteKey[], isJson: boolean): void {
  try {
    const proven = checkErasure(text, keys);
    process.stdout.write(isJson ? `${jsonOf(proven)}\n` : provenErasureText(proven));
  } catch (error) {
    tellProofError(error, isJson);
  }
}

function jsonOf({ erased, entry, index, checkpoint: { origin, size } }: ProvenErasure): string {
  const { id, atEpochMs, actor } = entry;
  const by = { id, atEpochMs, actor };
  return JSON.stringify({ verdict: "proven", erased, by, log: { origin, index, size } });
}
