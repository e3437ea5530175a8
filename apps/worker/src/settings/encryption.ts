import { z } from "zod";
import { list, path } from "./forms.ts";

/** Whom objects are encrypted to, who signs for them, and whom we believe. */
export const encryptionSettings = {
  /**
   * PEM certificates that the key ring begins with: the archive's, the escrow's, any number of others. They serve also
   * while the ring cannot be read; once there is a ring, it decides.
   */
  TAPLINE_RECIPIENTS: list.optional(),
  /** SHA-256 of certificates from outside that may be recipients without an issuer that TAPLINE_TRUST knows, hexadecimal. */
  TAPLINE_RECIPIENT_PINS: list
    .pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/, "must be SHA-256 in lower-case hexadecimal")))
    .default([]),
  /** Who signs manifests: certificate, key, and the certificates between it and the root. */
  TAPLINE_SIGNER_CERT: path.optional(),
  TAPLINE_SIGNER_KEY: path.optional(),
  TAPLINE_SIGNER_CHAIN: list.optional(),
  /** PEM of root and CRLs: manifests found in the archive, and keys of the ring, are believed only if they verify against it. */
  TAPLINE_TRUST: path.optional(),
} as const;
