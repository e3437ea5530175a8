import { otlpSettings } from "@tapline/telemetry/otlp";
import { z } from "zod";

/** Settings of the witness, read once from the environment. */
const environmentSchema = z.object({
  /** Folder of the witness alone: its key, made at the first start, and what it cosigned last of each log. */
  TAPLINE_WITNESS_DIR: z.string().min(1),
  /** The witness's name in its cosignatures, without spaces; best one that is yours alone. Default: made of its key. */
  TAPLINE_WITNESS_NAME: z
    .string()
    .regex(/^[^\s+]+$/, "must have neither spaces nor +")
    .optional(),
  /** File with the verifier keys of the logs that it watches, one a line; read anew at every submission. */
  TAPLINE_WITNESS_LOGS: z.string().min(1),
  /** Requests prove themselves by the log's signature, so it may listen on any address. */
  TAPLINE_WITNESS_HOST: z.string().default("127.0.0.1"),
  TAPLINE_WITNESS_PORT: z.coerce.number().int().min(0).max(65_535).default(7490),
  /** Port of /healthz, /readyz and /metrics on loopback; 0 = any free one. */
  TAPLINE_WITNESS_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  ...otlpSettings,
});

export type Config = z.infer<typeof environmentSchema>;

/** @throws ConfigError one sentence that names every wrong setting */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`settings are wrong: ${faults.join("; ")}`);
}

/** A setting that stops the start. */
export class ConfigError extends Error {}
