import { maxTapsPerRequest } from "@tapline/core/tap";
import { z } from "zod";
import { path, port } from "./forms.ts";

/** The agents' door. */
export const ingestSettings = {
  /** Address of the door; beyond loopback only agents with a certificate get in, as everywhere. */
  TAPLINE_INGEST_HOST: z.string().default("127.0.0.1"),
  /** Port of the door; 0 = any free one. */
  TAPLINE_INGEST_PORT: port.default(7443),
  /** Port of the door's gRPC side, at the same address; 0 = any free one. */
  TAPLINE_STREAM_PORT: port.default(7444),
  /** PEM paths: the door's certificate with its chain, its key, and the authorities that agents' certificates come from. */
  TAPLINE_INGEST_CERT: path.optional(),
  TAPLINE_INGEST_KEY: path.optional(),
  TAPLINE_AGENT_CA: path.optional(),
  /** PEM paths: the authority that agents' certificates are given out from. Without it the door enrols nobody. */
  TAPLINE_AGENT_AUTHORITY_CERT: path.optional(),
  TAPLINE_AGENT_AUTHORITY_KEY: path.optional(),
  /** PEM path: the root that the door's own certificate comes from, for agents to know the door by. */
  TAPLINE_INGEST_ROOT: path.optional(),
  /** Days that an agent's certificate is valid; agents renew it from half of that on. */
  TAPLINE_AGENT_CERT_DAYS: z.coerce.number().min(1).max(397).default(30),
  /** Taps per second that one agent may send for long. */
  TAPLINE_AGENT_TAPS_PER_SECOND: z.coerce.number().positive().default(5_000),
  /** Taps of all agents together that may be granted and not yet sent, or in the buffer. */
  TAPLINE_CREDIT_WINDOW_TAPS: z.coerce
    .number()
    .int()
    .min(2 * maxTapsPerRequest)
    .default(50_000),
  /**
   * What one agent's refused taps may count in a day of UTC, a tap for each KiB begun; then the door takes nothing of it until
   * the day is over. All workers have the same.
   */
  TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: z.coerce.number().int().min(1).default(100_000),
} as const;
