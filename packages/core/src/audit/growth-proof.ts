import { z } from "zod";
import { canonicalJson } from "../kernel/index.ts";
import { isConsistent } from "./check-merkle.ts";
import { parseNamed } from "./parse-named.ts";
import { forged, ProofError } from "./proof-error.ts";
import { checkProofCheckpoint, type SignedCheckpoint } from "./signed-checkpoint.ts";
import { decodeBase64, type NoteKey } from "./signed-note.ts";

const format = "tapline-log-growth/1";
const what = "proof of a log's growth";
const maxNote = 16_384;
/** More than trees of 2^53 leaves need (RFC 9162 §2.1.4.1). */
const maxPath = 8_192;

/** That a log did nothing but grow between two signed checkpoints. `path`: hashes of 32 bytes, joined, in base64. */
const growthProofSchema = z.strictObject({
  format: z.literal(format),
  from: z.string().max(maxNote),
  to: z.string().max(maxNote),
  path: z.string().max(maxPath),
});

export type GrowthProof = Omit<z.infer<typeof growthProofSchema>, "format" | "path"> & {
  readonly path: readonly Uint8Array[];
};

/** Canonical JSON (RFC 8785). */
export function formatGrowthProof({ from, to, path }: GrowthProof): Buffer {
  return canonicalJson({ format, from, to, path: Buffer.concat(path).toString("base64") });
}

/** @throws ProofError `malformed`, `newer-format` */
export function parseGrowthProof(text: string): GrowthProof {
  const { from, to, path: joined } = parseNamed(text, { format, what, schema: growthProofSchema });
  const bytes = decodeBase64(joined);
  if (bytes === null || bytes.length % 32 !== 0)
    throw new ProofError("malformed", `this is no ${what}: its path is not made of whole hashes`);
  const path = Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, (i + 1) * 32));
  return { from, to, path };
}

/** What a proof of growth proves. */
export type ProvenGrowth = { readonly from: SignedCheckpoint; readonly to: SignedCheckpoint };

/**
 * Checks that the log of the newer checkpoint begins with that of the older one.
 * @throws ProofError `malformed`, `another-log`, `unknown-key`, `forged`
 */
export function checkGrowth(proof: GrowthProof, keys: readonly NoteKey[]): ProvenGrowth {
  const [from, to] = [checkProofCheckpoint(proof.from, keys), checkProofCheckpoint(proof.to, keys)];
  if (from.checkpoint.origin !== to.checkpoint.origin)
    throw forged(`one checkpoint is of ${from.checkpoint.origin}, the other of ${to.checkpoint.origin}`);
  if (!isConsistent(from.checkpoint, to.checkpoint, proof.path))
    throw forged("its path does not lead from the older root to the newer one");
  return { from, to };
}
