import { list, path } from "./forms.ts";

/** Whom objects are encrypted to, who signs for them, and whom we believe. */
export const encryptionSettings = {
  /** PEM certificates that every object is encrypted to: archive, escrow, any number. */
  TAPLINE_RECIPIENTS: list.optional(),
  /** Who signs manifests: certificate, key, and the certificates between it and the root. */
  TAPLINE_SIGNER_CERT: path.optional(),
  TAPLINE_SIGNER_KEY: path.optional(),
  TAPLINE_SIGNER_CHAIN: list.optional(),
  /** PEM of root and CRLs: manifests found in the archive are believed only if they verify against it. */
  TAPLINE_TRUST: path.optional(),
} as const;
