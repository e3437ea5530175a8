import { resolve } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { handedOn } from "./handed-on.ts";
import type { Flags } from "./read-flags.ts";

/** A port that is wished for. `asked` where somebody named it: then it is that one or none. */
export type PortWish = Readonly<{ port: number; asked: boolean; setting: string }>;

export type PortName = "web" | "ingest" | "stream" | "postgres" | "redis" | "archive" | "witness";

/** What the local stack runs with. */
export type StackConfig = Readonly<{
  dataDir: string;
  once: boolean;
  /** Whether the simulated agent runs along. */
  agent: boolean;
  /** Taps to read before the agent stops; undefined: it goes on. */
  taps: number | undefined;
  readers: number;
  /** Taps per second over all readers; undefined: as the agent does by itself. */
  ratePerSecond: number | undefined;
  ports: Readonly<Record<PortName, PortWish>>;
  /** An existing PostgreSQL or Redis to use in place of ours. */
  databaseUrl: string | undefined;
  /** Signs in as the owner of that PostgreSQL's tables, for migrations alone. */
  databaseOwnerUrl: string | undefined;
  redisUrl: string | undefined;
  /** When `npm start` was called, where it said so; set-up steps come before this program. */
  commandStartedMs: number | undefined;
  /** What every child inherits of ours. */
  environment: NodeJS.ProcessEnv;
}>;

const defaultTapsOnce = 2_000;
/** Where `npx tapline` looks by itself. */
export const defaultDataDir = resolve(import.meta.dirname, "../../.tapline");
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" });
const port = z.coerce.number().int().min(1).max(65_535);

const environmentSchema = z.object({
  /** Where everything is kept. Default: `.tapline` in the project. */
  TAPLINE_DATA_DIR: z.string().min(1).optional(),
  /** Loopback ports; default: 7400, 7443, 7444, 7432, 7479, 7422, and where one of those is taken any free one. */
  TAPLINE_WEB_PORT: port.optional(),
  TAPLINE_INGEST_PORT: port.optional(),
  TAPLINE_STREAM_PORT: port.optional(),
  TAPLINE_POSTGRES_PORT: port.optional(),
  TAPLINE_REDIS_PORT: port.optional(),
  TAPLINE_ARCHIVE_PORT: port.optional(),
  TAPLINE_WITNESS_PORT: port.optional(),
  /** Simulated readers of the local agent. */
  TAPLINE_AGENT_READERS: z.coerce.number().int().min(1).max(1_000).default(4),
  /** Taps per second over all readers. */
  TAPLINE_AGENT_RATE: z.coerce.number().positive().optional(),
  /** Set by `npm start` itself: when it was called. */
  TAPLINE_STARTED_EPOCH_MS: z.coerce.number().int().positive().optional(),
  /** Existing servers to use in place of ours. */
  DATABASE_URL: postgresUrl.optional(),
  /** Who owns its tables; DATABASE_URL then names a role that cannot change the audit log. Default: DATABASE_URL. */
  DATABASE_OWNER_URL: postgresUrl.optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a redis:// or rediss:// URL" }).optional(),
});

type Environment = z.infer<typeof environmentSchema>;

function parse(env: NodeJS.ProcessEnv): Environment {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(set);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => {
    const name = path.join(".");
    return name.endsWith("_PORT")
      ? `${name} must be a port (1-65535), not ${set[name]}`
      : `${name}: ${message}`;
  });
  throw new TaplineError("misconfigured", faults.join("; "), { remedy: "mend or unset it" });
}

function portWishes(flags: Flags, env: Environment): StackConfig["ports"] {
  const wish = (
    fallback: number,
    variable: keyof Environment,
    flag?: [string, number | undefined],
  ): PortWish => {
    if (flag?.[1] !== undefined) return { port: flag[1], asked: true, setting: flag[0] };
    const set = env[variable];
    if (typeof set === "number") return { port: set, asked: true, setting: variable };
    return { port: fallback, asked: false, setting: variable };
  };
  return {
    web: wish(7400, "TAPLINE_WEB_PORT", ["--web-port", flags.webPort]),
    ingest: wish(7443, "TAPLINE_INGEST_PORT", ["--ingest-port", flags.ingestPort]),
    stream: wish(7444, "TAPLINE_STREAM_PORT"),
    postgres: wish(7432, "TAPLINE_POSTGRES_PORT"),
    redis: wish(7479, "TAPLINE_REDIS_PORT"),
    archive: wish(7422, "TAPLINE_ARCHIVE_PORT"),
    witness: wish(7490, "TAPLINE_WITNESS_PORT"),
  };
}

/** Joins flags and environment (flags win) to the stack's settings. Throws `misconfigured` naming a broken value. */
export function readConfig(flags: Flags, environment: NodeJS.ProcessEnv = process.env): StackConfig {
  const env = parse(environment);
  return {
    dataDir: resolve(flags.dataDir ?? env.TAPLINE_DATA_DIR ?? defaultDataDir),
    once: flags.once,
    agent: flags.agent,
    taps: flags.taps ?? (flags.once ? defaultTapsOnce : undefined),
    readers: flags.readers ?? env.TAPLINE_AGENT_READERS,
    ratePerSecond: flags.rate ?? env.TAPLINE_AGENT_RATE,
    ports: portWishes(flags, env),
    databaseUrl: env.DATABASE_URL,
    databaseOwnerUrl: env.DATABASE_OWNER_URL,
    redisUrl: env.REDIS_URL,
    commandStartedMs: env.TAPLINE_STARTED_EPOCH_MS,
    environment: handedOn(environment),
  };
}
