import { z } from "zod";
import {
  type AuditEntry,
  auditEntrySchema,
  type Checkpoint,
  checkTlogProof,
  isArchival,
  leafHash,
  type NoteKey,
  parseCheckpoint,
  parseNote,
  rootByInclusion,
  type SignatureVerdict,
  same,
} from "../audit/index.ts";
import { canonicalJson, hasCode, messageOf, TaplineError } from "../kernel/index.ts";
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

/**
 * Why a proof proves nothing:
 * - `malformed`: it is no proof, or not a whole one. `newer-format`: of a version to come.
 * - `forged`: something in it does not fit the rest.
 * - `another-log`: none of the given keys is of the log that it names. `unknown-key`: its log's key is another than the given one.
 * - `untrusted`: no given root vouches for who signed, or for that use; or a revocation list is missing.
 * - `revoked`, `expired`: the signer's certificates.
 */
export type ProofFault =
  | "malformed"
  | "newer-format"
  | "forged"
  | "another-log"
  | "unknown-key"
  | "untrusted"
  | "revoked"
  | "expired";

export class TapProofError extends TaplineError {
  readonly fault: ProofFault;

  constructor(fault: ProofFault, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(fault === "forged" ? "corrupt" : "invalid-input", message, { ...options, facts: { fault } });
    this.fault = fault;
  }
}

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
  readonly log: {
    readonly entry: AuditEntry;
    readonly index: number;
    readonly checkpoint: Checkpoint;
    /** Of the log's key, and of witnesses whose keys were given. */
    readonly signatures: readonly SignatureVerdict[];
  } | null;
};

/** Canonical JSON (RFC 8785). */
export function formatTapProof(proof: TapProof): Buffer {
  return canonicalJson(tapProofSchema.parse(proof));
}

/** @throws TapProofError `malformed`, `newer-format` */
export function parseTapProof(text: string): TapProof {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TapProofError("malformed", "this is no proof of a tap: it is not JSON, or cut off", { cause });
  }
  const named = z.looseObject({ format: z.string() }).safeParse(value);
  if (!named.success || !anyFormat.test(named.data.format))
    throw new TapProofError("malformed", "this is no proof of a tap: its format is not named");
  if (named.data.format !== format)
    throw new TapProofError(
      "newer-format",
      `this proof is of format ${named.data.format}, and ${format} is known here`,
      {
        remedy: "verify it with a later version of Tapline",
      },
    );
  const proof = tapProofSchema.safeParse(value);
  if (proof.success) return proof.data;
  const [issue] = proof.error.issues;
  throw new TapProofError(
    "malformed",
    `this is no proof of a tap: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

/**
 * Checks a proof against what its reader trusts; needs nothing else.
 * @throws TapProofError
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
    throw new TapProofError(fault, error.message, {
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
  const origin = originOf(note);
  if (!keys.some(({ kind, name }) => kind === "log" && name === origin))
    throw new TapProofError(
      "another-log",
      `this proof is of the log ${origin}, and no verifier key of that log was given`,
      {
        remedy: "get that log's verifier key from its operator, by a way that you trust",
      },
    );
  try {
    const leaf = leafHash(canonicalJson(entry));
    const proof = { index, path: hashesOf(path), note, extra: null };
    return { entry, index, ...checkTlogProof(proof, leaf, keys) };
  } catch (error) {
    if (hasCode(error, "forbidden"))
      throw new TapProofError(
        "unknown-key",
        `the checkpoint of ${origin} was signed by another key than the given one`,
        {
          remedy:
            "compare the log's verifier key with what its operator tells: it is either old, or another's",
          cause: error,
        },
      );
    throw forged(messageOf(error), error);
  }
}

function originOf(note: string): string {
  try {
    return parseCheckpoint(parseNote(note).text).origin;
  } catch (error) {
    throw forged(messageOf(error), error);
  }
}

function hashesOf(path: string): Buffer[] {
  const bytes = Buffer.from(path, "base64");
  if (bytes.length % 32 !== 0) throw forged("a path is not made of whole hashes");
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, (i + 1) * 32));
}

function forged(message: string, cause?: unknown): TapProofError {
  return new TapProofError("forged", message, cause === undefined ? {} : { cause });
}
