import { hasCode, messageOf, TaplineError } from "../kernel/index.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { forged, ProofError } from "./proof-error.ts";
import { checkSignatures, type NoteKey, parseNote, type SignatureVerdict } from "./signed-note.ts";

export type SignedCheckpoint = {
  readonly checkpoint: Checkpoint;
  /** Of the log, and of witnesses that were asked for. */
  readonly signatures: readonly SignatureVerdict[];
};

/**
 * A checkpoint that one of its log's own keys signed.
 * @throws TaplineError `invalid-input` (no checkpoint), `forbidden` (no signature by a key of the log), `corrupt` (a signature
 * does not fit)
 */
export function readSignedCheckpoint(text: string, keys: readonly NoteKey[]): SignedCheckpoint {
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note.text);
  const signatures = checkSignatures(note, keys);
  if (!signatures.some(({ key }) => key.kind === "log" && key.name === checkpoint.origin))
    throw new TaplineError(
      "forbidden",
      `no key that is trusted for ${checkpoint.origin} signed the checkpoint`,
      {
        remedy: "get the log's verifier key from its operator, by a way that you trust",
      },
    );
  return { checkpoint, signatures };
}

/** The same of a proof's checkpoint. @throws ProofError `malformed`, `another-log`, `unknown-key`, `forged` */
export function checkProofCheckpoint(text: string, keys: readonly NoteKey[]): SignedCheckpoint {
  const origin = originOf(text);
  if (!keys.some(({ kind, name }) => kind === "log" && name === origin))
    throw new ProofError(
      "another-log",
      `this proof is of the log ${origin}, and no verifier key of that log was given`,
      {
        remedy: "get that log's verifier key from its operator, by a way that you trust",
      },
    );
  try {
    return readSignedCheckpoint(text, keys);
  } catch (error) {
    if (!hasCode(error, "forbidden")) throw forged(messageOf(error), error);
    throw new ProofError(
      "unknown-key",
      `the checkpoint of ${origin} was signed by another key than the given one`,
      {
        remedy: "compare the log's verifier key with what its operator tells: it is either old, or another's",
        cause: error,
      },
    );
  }
}

function originOf(text: string): string {
  try {
    return parseCheckpoint(parseNote(text).text).origin;
  } catch (cause) {
    throw new ProofError("malformed", `the proof's checkpoint is none: ${messageOf(cause)}`, { cause });
  }
}
