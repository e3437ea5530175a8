import { z } from "zod";

/** The buffer. */
export const bufferSettings = {
  /** Ceiling of what lies in the buffer (frames, verdicts, sealed forms), MiB; Redis needs about 1.5 times as much. */
  TAPLINE_BUFFER_MAX_MIB: z.coerce.number().int().min(32).default(256),
} as const;
