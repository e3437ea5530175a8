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
  /** Days after which the archive's key is rotated; 0 = only on purpose. Needs TAPLINE_KEY_PKI. */
  TAPLINE_KEY_ROTATE_DAYS: z.coerce.number().min(0).max(3_650).default(0),
  /** Folder of the PKI that issues the next key (intermediate.crt and .key), and takes it up. */
  TAPLINE_KEY_PKI: path.optional(),
  /** Who signs manifests: certificate, key, and the certificates between it and the root. */
  TAPLINE_SIGNER_CERT: path.optional(),
  TAPLINE_SIGNER_KEY: path.optional(),
  TAPLINE_SIGNER_CHAIN: list.optional(),
  /** PEM of root and CRLs: manifests found in the archive, and keys of the ring, are believed only if they verify against it. */
  TAPLINE_TRUST: path.optional(),
} as const;
