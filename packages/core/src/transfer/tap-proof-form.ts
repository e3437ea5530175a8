import { z } from "zod";
import { auditEntrySchema } from "../audit/index.ts";
import { segmentIdSchema } from "./object-paths.ts";

/** The format that is written, and read. */
export const tapProofFormat = "tapline-tap-proof/1";

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
  format: z.literal(tapProofFormat),
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
