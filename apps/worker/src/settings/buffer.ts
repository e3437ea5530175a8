import { maxPartitions } from "@tapline/core/buffer";
import { z } from "zod";

/** Half of it is kept for sealed forms: see `reservedForResultsBytes`. */
export const minMibPerPartition = 16;

/** The buffer. */
export const bufferSettings = {
  /** Ceiling of what lies in the buffer (frames, verdicts, sealed forms), MiB; Redis needs about 1.5 times as much. */
  TAPLINE_BUFFER_MAX_MIB: z.coerce.number().int().min(32).default(256),
  /**
   * Partitions of the buffer: on a Redis Cluster each lies on a node of its own choosing. All workers have the same. More may be set at any time, under
   * way, too; where fewer are set, what lies in the others goes its way first.
   */
  TAPLINE_PARTITIONS: z.coerce.number().int().min(1).max(maxPartitions).default(1),
  /**
   * `process-key`: taps lie in Redis sealed under TAPLINE_PROCESS_KEY, where that is set; `none`: in the clear. What lies
   * there is opened either way.
   */
  TAPLINE_BUFFER_SEAL: z.enum(["process-key", "none"]).default("process-key"),
} as const;
