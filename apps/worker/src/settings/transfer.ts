import { z } from "zod";
import { path } from "./forms.ts";

/** The archive. */
export const transferSettings = {
  /** sftp://user@host:port/root */
  TAPLINE_ARCHIVE_URL: z.url({ protocol: /^sftp$/ }).optional(),
  /** Pinned host key, `SHA256:…` as OpenSSH prints it. */
  TAPLINE_ARCHIVE_HOST_KEY: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "must be SHA256:… as `ssh-keygen -lf` prints it")
    .optional(),
  /** Path of the client's private key. */
  TAPLINE_ARCHIVE_KEY: path.optional(),
  /** Share of objects, 0 to 1, that are read back whole after they were written. */
  TAPLINE_ARCHIVE_READBACK: z.coerce.number().min(0).max(1).default(0.1),
} as const;
