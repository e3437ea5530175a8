import { z } from "zod";
import { path } from "./forms.ts";

/** The audit log: who signs it, and what it is called. */
export const auditSettings = {
  /** Signs the log's checkpoints: Ed25519, PKCS #8 in PEM. Apart from every certificate's key. */
  TAPLINE_AUDIT_KEY: path.optional(),
  /** The log's name in its checkpoints, without spaces; best one that is yours alone, as a host name with a path. Default: made of the key. */
  TAPLINE_AUDIT_ORIGIN: z
    .string()
    .regex(/^[^\s+]+$/, "must have neither spaces nor +")
    .optional(),
  /** File that names the log's witnesses: `<URL> <verifier key>`, one a line. Default: none, and no checkpoint is cosigned. */
  TAPLINE_WITNESSES: path.optional(),
  /** How often what the log has grown by goes into the archives, seconds. */
  TAPLINE_AUDIT_ARCHIVE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
} as const;
