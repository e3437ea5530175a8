import {
  type AuditEntry,
  checkNamed,
  checkPlace,
  checkProofCheckpoint,
  forged,
  isArchival,
  leafHash,
  type NamedFormat,
  type NoteKey,
  ProofError,
  parseNamed,
  rootByInclusion,
  type SignedCheckpoint,
  same,
} from "../audit/index.ts";
import { canonicalJson, hasCode, messageOf, sha256Hex } from "../kernel/index.ts";
import { isProofCode, readProofCodes } from "./proof-codes.ts";
import { type TapProof, tapProofFormat, tapProofSchema } from "./tap-proof-form.ts";
import { tapLeafHash, treeHead } from "./taps-tree.ts";

const known: NamedFormat<TapProof> = {
  format: tapProofFormat,
  what: "proof of a tap",
  schema: tapProofSchema,
};

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

/** @param text JSON, or the texts of QR codes (proof-codes.ts) @throws ProofError `malformed`, `newer-format` */
export function parseTapProof(text: string): TapProof {
  return isProofCode(text) ? checkNamed(readProofCodes(text), known) : parseNamed(text, known);
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
    // Of the trust file, not of the proof: nothing was checked.
    if (hasCode(error, "misconfigured")) throw error;
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
