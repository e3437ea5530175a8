import { agentIdSchema, maxTapsPerRequest } from "@tapline/core/tap";
import { z } from "zod";

/** The services that one worker process can be, by their word. */
export const roleNames = [
  "ingest",
  "buffer",
  "validation",
  "encryption",
  "transfer",
  "audit",
  "kpi",
] as const;

export type RoleName = (typeof roleNames)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);
const path = z.string().min(1);

/**
 * Settings of the worker, read once from the environment. Groups that a role does not need may be absent;
 * `wire.ts` asks for them with a clear error where they are needed.
 */
const environmentSchema = z.object({
  /** Services to run, comma-separated words; empty = all. */
  ROLE: list.pipe(z.array(z.enum(roleNames))).default([]),
  /** PostgreSQL. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Redis ≥ 6.2 or Valkey; `appendfsync always` makes an answer of "durable" mean what it says. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
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
  /** sftp://user@host:port/root */
  TAPLINE_ARCHIVE_URL: z.url({ protocol: /^sftp$/ }).optional(),
  /** Pinned host key, `SHA256:…` as OpenSSH prints it. */
  TAPLINE_ARCHIVE_HOST_KEY: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "must be SHA256:… as `ssh-keygen -lf` prints it")
    .optional(),
  /** Path of the client's private key. */
  TAPLINE_ARCHIVE_KEY: path.optional(),
  /** PEM certificates that every object is encrypted to: archive, escrow, any number. */
  TAPLINE_RECIPIENTS: list.optional(),
  /** Who signs manifests: certificate, key, and the certificates between it and the root. */
  TAPLINE_SIGNER_CERT: path.optional(),
  TAPLINE_SIGNER_KEY: path.optional(),
  TAPLINE_SIGNER_CHAIN: list.optional(),
  /** PEM of root and CRLs: manifests found in the archive are believed only if they verify against it. */
  TAPLINE_TRUST: path.optional(),
  /** 32 bytes in hexadecimal; seals quarantined taps. */
  TAPLINE_PROCESS_KEY: path.optional(),
  /** Whether taps without a signature are taken. */
  TAPLINE_UNSIGNED_TAPS: z.enum(["refuse", "accept"]).default("refuse"),
  /** Port of /healthz and /readyz on loopback; 0 = any free one. */
  TAPLINE_HEALTH_PORT: port.default(0),
  /** Name of this process in telemetry; default: host and pid. */
  TAPLINE_INSTANCE: agentIdSchema.optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
});

export type Config = Omit<z.infer<typeof environmentSchema>, "ROLE"> & {
  readonly roles: readonly RoleName[];
};

/**
 * Reads and checks the settings.
 * @throws ConfigError one sentence that names every wrong setting
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`settings are wrong: ${faults.join("; ")}`);
  }
  const { ROLE, ...rest } = parsed.data;
  return { ...rest, roles: ROLE.length === 0 ? roleNames : ROLE };
}

/** A setting that stops the start. */
export class ConfigError extends Error {}
