import { z } from "zod";

/** The buffer. */
export const bufferSettings = {
  /** Ceiling of what lies in the buffer (frames, verdicts, sealed forms), MiB; Redis needs about 1.5 times as much. */
  TAPLINE_BUFFER_MAX_MIB: z.coerce.number().int().min(32).default(256),
  /**
   * `process-key`: taps lie in Redis sealed under TAPLINE_PROCESS_KEY, where that is set; `none`: in the clear. What lies
   * there is opened either way.
   */
  TAPLINE_BUFFER_SEAL: z.enum(["process-key", "none"]).default("process-key"),
} as const;
