import { z } from "zod";
import { messageOf, printableLine } from "../kernel/index.ts";
import { type AuditEntry, readableEntry } from "./entry.ts";
import { erasableFields } from "./erasable.ts";
import { leafHash } from "./merkle.ts";
import { parseNamed } from "./parse-named.ts";
import { forged, ProofError } from "./proof-error.ts";
import { seenLines } from "./seen-lines.ts";
import { checkProofCheckpoint, type SignedCheckpoint } from "./signed-checkpoint.ts";
import type { NoteKey } from "./signed-note.ts";
import { checkPlace, formatTlogProof, parseTlogProof, type TlogProof } from "./tlog-proof.ts";
import { checkpointText } from "./walk-log.ts";

const format = "tapline-erasure/1";
const maxProof = 256 * 1024;

const erasureSchema = z.strictObject({
  format: z.literal(format),
  /** The id of the entry of which something was erased. */
  entry: z.uuid(),
  field: z.enum(erasableFields),
  /** By the database's clock; nothing vouches for it. What the log says is the time of its entry. */
  erasedAtEpochMs: z.int(),
  /** The id of the entry that says so. */
  erasedBy: z.uuid(),
  /** That the latter stands in the log: a C2SP tlog-proof with that entry as `extra`. */
  proof: z.string().max(maxProof),
});

/** A certificate of erasure, as `tapline audit erase` writes it. */
export type Erasure = Omit<z.infer<typeof erasureSchema>, "format">;

/** @param proof of the entry that says so */
export function formatErasure(facts: Omit<Erasure, "proof">, proof: TlogProof): string {
  return `${JSON.stringify({ format, ...facts, proof: formatTlogProof(proof) }, null, 2)}\n`;
}

/** Whether a text is meant to be a certificate of erasure, of whatever version and however damaged. */
export const isErasure = (text: string): boolean => /"format"\s*:\s*"tapline-erasure\//.test(text);

/** What a certificate of erasure proves. */
export type ProvenErasure = SignedCheckpoint & {
  readonly erased: Pick<Erasure, "entry" | "field">;
  /** The entry that says so, and its place. */
  readonly entry: AuditEntry;
  readonly index: number;
};

/**
 * Checks a certificate of erasure: that the log holds the entry which it names, and that this says what it says.
 * @throws ProofError `malformed`, `newer-format`, `another-log`, `unknown-key`, `forged`
 */
export function checkErasure(text: string, keys: readonly NoteKey[]): ProvenErasure {
  const { proof, ...erasure } = parseNamed(text, {
    ...{ format, what: "certificate of erasure", schema: erasureSchema },
  });
  const { index, path, note, extra } = parseProof(proof);
  if (extra === null) throw malformed("its proof lacks the entry that says so");
  const signed = checkProofCheckpoint(note, keys);
  try {
    checkPlace({ index, path }, leafHash(extra), signed.checkpoint);
  } catch (error) {
    throw forged(messageOf(error), error);
  }
  const entry = readableEntry(extra);
  if (entry === null || !says(entry, erasure))
    throw forged(`entry ${index} of the log does not say what the certificate says`);
  return { erased: { entry: erasure.entry, field: erasure.field }, entry, index, ...signed };
}

function parseProof(text: string): TlogProof {
  try {
    return parseTlogProof(text);
  } catch (cause) {
    throw malformed(messageOf(cause), cause);
  }
}

function says(
  { id, action, subject, facts }: AuditEntry,
  { entry, field, erasedBy }: Omit<Erasure, "proof">,
): boolean {
  const isIt = action === "audit.erased" && subject === `entry/${entry}` && facts.field === field;
  return isIt && id === erasedBy;
}

/** For people: what a certificate of erasure proves, and what not. */
export function provenErasureText({ erased, entry, index, checkpoint, signatures }: ProvenErasure): string {
  const seen = seenLines(signatures);
  const missing = [
    "that the words are gone everywhere: backups, and tables that hold a state of today, may have them still",
    "what they were",
    ...(seen.length === 0
      ? ["that the log showed everybody the same history: give a witness's key beside the log's"]
      : []),
  ];
  const at = new Date(entry.atEpochMs).toISOString();
  return [
    `proven: the log ${checkpoint.origin} says that the ${erased.field} of entry ${erased.entry} was erased`,
    `  at ${at} by ${entry.actor.kind} ${printableLine(entry.actor.id)}: in its entry ${index} (${entry.id})`,
    `  under its checkpoint of ${checkpointText(checkpoint)}`,
    ...seen,
    `not proven: ${missing.join("; ")}\n`,
  ].join("\n");
}

function malformed(why: string, cause?: unknown): ProofError {
  return new ProofError("malformed", `this is no certificate of erasure: ${why}`, { cause });
}
