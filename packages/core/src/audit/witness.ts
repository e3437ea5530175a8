import { hasCode } from "../kernel/index.ts";
import { isConsistent, same } from "./check-merkle.ts";
import { type Checkpoint, parseCheckpoint, parseCount } from "./checkpoint.ts";
import { checkSignatures, decodeBase64, type NoteKey, parseNote, type SignedNote } from "./signed-note.ts";

/** The most hashes that a submission may bring (c2sp.org/tlog-witness). */
const maxProofHashes = 63;

/** All that a witness remembers of a log: what it cosigned last. */
export type WitnessedHead = { readonly size: number; readonly root: Uint8Array };

/** A submission, as `add-checkpoint` takes it. */
export type Submission = {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
};

export function formatSubmission(oldSize: number, proof: readonly Uint8Array[], note: string): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString("base64")}\n`);
  return `old ${oldSize}\n${hashes.join("")}\n${note}`;
}

/** Null where the body is none. */
export function parseSubmission(body: string): Submission | null {
  const end = body.indexOf("\n\n");
  const [first = "", ...lines] = body.slice(0, Math.max(0, end)).split("\n");
  const oldSize = parseCount(first.startsWith("old ") ? first.slice(4) : "");
  const proof = lines.map(decodeBase64);
  if (oldSize === null || proof.length > maxProofHashes) return null;
  try {
    const note = parseNote(body.slice(end + 2));
    const hashes = proof.filter((hash) => hash?.length === 32) as Uint8Array[];
    if (hashes.length !== proof.length) return null;
    return { oldSize, proof: hashes, note, checkpoint: parseCheckpoint(note.text) };
  } catch (error) {
    if (hasCode(error, "invalid-input")) return null;
    throw error;
  }
}

/**
 * What a witness answers, by status as the specification has it:
 * - `cosign` (200): the log has only grown, or is as it was. `head` is to be kept before the answer.
 * - `malformed` (400), `unknown` (404: no such log), `unsigned` (403: by none of its keys),
 *   `conflict` (409: another size was cosigned last; `size`), `fork` (409 at the same size, 422 else): **the log shows two
 *   histories**, and both notes prove it.
 */
export type WitnessVerdict =
  | { readonly is: "cosign"; readonly head: WitnessedHead }
  | { readonly is: "conflict"; readonly size: number }
  | { readonly is: "fork"; readonly sameSize: boolean }
  | { readonly is: "malformed" | "unknown" | "unsigned" };

/**
 * Judges a submission. To be called, and its outcome kept, with nothing in between for the same log.
 * @param keysOf the keys of a log by its name; empty where it is not known
 */
export function judgeSubmission(
  submission: Submission | null,
  keysOf: (origin: string) => readonly NoteKey[],
  headOf: (origin: string) => WitnessedHead | null,
): WitnessVerdict {
  if (submission === null) return { is: "malformed" };
  const { note, checkpoint, oldSize, proof } = submission;
  const keys = keysOf(checkpoint.origin);
  if (keys.length === 0) return { is: "unknown" };
  if (!isSigned(note, keys)) return { is: "unsigned" };
  if (oldSize > checkpoint.size) return { is: "malformed" };
  const head = headOf(checkpoint.origin);
  if (oldSize !== (head?.size ?? 0)) return { is: "conflict", size: head?.size ?? 0 };
  if (head !== null && head.size === checkpoint.size && !same(head.root, checkpoint.root))
    return { is: "fork", sameSize: true };
  const grown = { size: checkpoint.size, root: checkpoint.root };
  // A log that was never seen may be of any size: its first head is taken at its word.
  const fits = head === null ? proof.length === 0 : isConsistent(head, grown, proof);
  return fits ? { is: "cosign", head: grown } : { is: "fork", sameSize: false };
}

function isSigned(note: SignedNote, keys: readonly NoteKey[]): boolean {
  try {
    return checkSignatures(note, keys).length > 0;
  } catch (error) {
    if (hasCode(error, "corrupt")) return false;
    throw error;
  }
}
