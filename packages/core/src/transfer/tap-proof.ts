import { z } from "zod";
import {
  type AuditEntry,
  auditEntrySchema,
  checkPlace,
  checkProofCheckpoint,
  forged,
  isArchival,
  leafHash,
  type NoteKey,
  ProofError,
  rootByInclusion,
  type SignedCheckpoint,
  same,
} from "../audit/index.ts";
import { canonicalJson, hasCode, messageOf, sha256Hex } from "../kernel/index.ts";
import { segmentIdSchema } from "./object-paths.ts";
import { tapLeafHash, treeHead } from "./taps-tree.ts";

const format = "tapline-tap-proof/1";
const anyFormat = /^tapline-tap-proof\/\d+$/;

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const base64 = z
  .string()
  .max(65_536)
  .refine((text) => Buffer.from(text, "base64").toString("base64") === text, "must be base64");

/**
 * That a tap is archived, and since when: one small JSON file that is checked without a server. `path`s are hashes of 32 bytes,
 * the lowest first, joined, in base64 (RFC 9162 §2.1.3).
 */
export const tapProofSchema = z.strictObject({
  format: z.literal(format),
  tap: z.strictObject({
    tracker: z.string().min(1).max(256),
    epoch: count,
    seq: count,
    /** SHA-256 of the tap's raw bytes, hexadecimal. */
    digest: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /** The tap's place in its segment's tree (taps-tree.ts). */
  segment: z.strictObject({ id: segmentIdSchema, taps: count.min(1), index: count, path: base64 }),
  /** The manifest's detached signature (CMS in DER): vouches for the tree; holds the signer's certificates. */
  signature: base64.min(1),
  /** The audit entry of the segment, its place in the log, and a checkpoint; null: the log had not got so far. */
  log: z
    .strictObject({ entry: auditEntrySchema, index: count, path: base64, checkpoint: z.string().max(16_384) })
    .nullable(),
});

export type TapProof = z.infer<typeof tapProofSchema>;

/** What a manifest's signature says by itself, verified. */
export type ManifestSignature = {
  readonly subject: string;
  readonly certSha256: string;
  /** By the signer's own clock. */
  readonly signedAtEpochMs: number;
  /** SHA-256 of the manifest. */
  readonly digest: Buffer;
  /** Of the tree of its taps; null where it names none. */
  readonly treeHead: Buffer | null;
};

/** What a proof's reader trusts. */
export type ProofTrust = {
  /** Verifies a detached signature (`verifySignature` of the room encryption): @throws as that does. */
  readonly verifySignature: (p7s: Buffer) => ManifestSignature;
  /** Verifier keys of logs, and of witnesses. */
  readonly keys: readonly NoteKey[];
};

/** What a proof proves. */
export type ProvenTap = {
  readonly tap: TapProof["tap"];
  readonly segment: string;
  /** Who signed the manifest, and when by their own word. */
  readonly signer: ManifestSignature;
  /** null where the proof says nothing of the log. */
  readonly log: (SignedCheckpoint & { readonly entry: AuditEntry; readonly index: number }) | null;
};

/** Canonical JSON (RFC 8785). */
export function formatTapProof(proof: TapProof): Buffer {
  return canonicalJson(tapProofSchema.parse(proof));
}

/** @throws ProofError `malformed`, `newer-format` */
export function parseTapProof(text: string): TapProof {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProofError("malformed", "this is no proof of a tap: it is not JSON, or cut off", { cause });
  }
  const named = z.looseObject({ format: z.string() }).safeParse(value);
  if (!named.success || !anyFormat.test(named.data.format))
    throw new ProofError("malformed", "this is no proof of a tap: its format is not named");
  if (named.data.format !== format)
    throw new ProofError(
      "newer-format",
      `this proof is of format ${named.data.format}, and ${format} is known here`,
      {
        remedy: "verify it with a later version of Tapline",
      },
    );
  const proof = tapProofSchema.safeParse(value);
  if (proof.success) return proof.data;
  const [issue] = proof.error.issues;
  throw new ProofError("malformed", `this is no proof of a tap: ${issue?.path.join(".")}: ${issue?.message}`);
}

/**
 * Checks a proof against what its reader trusts; needs nothing else.
 * @throws ProofError
 */
export function checkTapProof(proof: TapProof, { verifySignature, keys }: ProofTrust): ProvenTap {
  const { tap, segment, log } = proof;
  const signer = checkSigner(proof, verifySignature);
  const root = rootByInclusion(tapLeafHash(tap), segment.index, segment.taps, hashesOf(segment.path));
  if (root === null || signer.treeHead === null || !same(treeHead(segment.taps, root), signer.treeHead))
    throw forged("the tap does not lead to the tree that the manifest's signature vouches for");
  return {
    tap,
    segment: segment.id,
    signer,
    log: log === null ? null : checkLog(segment.id, signer, log, keys),
  };
}

function checkSigner(
  { signature }: TapProof,
  verifySignature: ProofTrust["verifySignature"],
): ManifestSignature {
  try {
    return verifySignature(Buffer.from(signature, "base64"));
  } catch (error) {
    if (!hasCode(error, "unauthenticated")) throw forged(messageOf(error), error);
    const { reason } = error.facts;
    const fault =
      reason === "revoked"
        ? "revoked"
        : reason === "expired" || reason === "not-yet-valid"
          ? "expired"
          : "untrusted";
    throw new ProofError(fault, error.message, {
      cause: error,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    });
  }
}

function checkLog(
  segment: string,
  { digest }: ManifestSignature,
  { entry, index, path, checkpoint: note }: NonNullable<TapProof["log"]>,
  keys: readonly NoteKey[],
): NonNullable<ProvenTap["log"]> {
  const says = entry.facts.manifestSha256;
  if (entry.subject !== `segment/${segment}` || !isArchival(entry))
    throw forged(`the log's entry does not say that segment ${segment} was archived`);
  if (says !== digest.toString("hex"))
    throw forged("the log's entry speaks of another manifest than the signed one");
  const signed = checkProofCheckpoint(note, keys);
  try {
    checkPlace({ index, path: hashesOf(path) }, leafHash(canonicalJson(entry)), signed.checkpoint);
  } catch (error) {
    throw forged(messageOf(error), error);
  }
  return { entry, index, ...signed };
}

function hashesOf(path: string): Buffer[] {
  const bytes = Buffer.from(path, "base64");
  if (bytes.length % 32 !== 0) throw forged("a path is not made of whole hashes");
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, (i + 1) * 32));
}

/** Whether these are the bytes of the tap that is proven. @throws ProofError `forged` */
export function checkPacket(packet: Uint8Array, { tap }: ProvenTap): void {
  if (sha256Hex(packet) !== tap.digest)
    throw forged("these are not the bytes of the tap that is proven: their SHA-256 is another");
}
