import { z } from "zod";
import { path } from "./forms.ts";

/** The archives. */
export const transferSettings = {
  /** Path of a JSON file that names several archives and says when a segment counts; instead of the three below. */
  TAPLINE_ARCHIVES: path.optional(),
  /** sftp://user@host:port/root */
  TAPLINE_ARCHIVE_URL: z.url({ protocol: /^sftp$/ }).optional(),
  /** Pinned host key, `SHA256:…` as OpenSSH prints it; two, joined by a comma, while the server's key is changed. */
  TAPLINE_ARCHIVE_HOST_KEY: z
    .string()
    .regex(
      /^SHA256:[A-Za-z0-9+/]{43}(,SHA256:[A-Za-z0-9+/]{43})?$/,
      "must be SHA256:… as `ssh-keygen -lf` prints it, or two of them joined by a comma",
    )
    .optional(),
  /** Path of the client's private key. */
  TAPLINE_ARCHIVE_KEY: path.optional(),
  /** Share of objects, 0 to 1, that are read back whole after they were written. */
  TAPLINE_ARCHIVE_READBACK: z.coerce.number().min(0).max(1).default(0.1),
} as const;
