import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { type AgentSettings, agentSettingsSchema } from "@tapline/core/tap";
import { type OtlpSettings, otlpSettings } from "@tapline/telemetry/otlp";
import { z } from "zod";
import { systemCode } from "./durable-file.ts";

const atLeastOne = z.coerce.number().int().min(1);
const yesOrNo = z.union([z.boolean(), z.stringbool()]);
const { shape } = agentSettingsSchema;

/**
 * The agent's settings: as variables of the environment under these names (an empty one counts as not set), or in the
 * file `agent.json` under the name without `TAPLINE_AGENT_` in camel case: `TAPLINE_AGENT_DATA_DIR`, `dataDir`. The
 * environment wins over the file; both win over what the server sends.
 */
const settingsSchema = z.object({
  /** Folder of this agent alone: outbox, identity, token of the local API, the server's last directive. */
  TAPLINE_AGENT_DATA_DIR: z.string().optional(),
  /** Origin of the ingest server. */
  TAPLINE_AGENT_INGEST_URL: z
    .url({ protocol: /^https$/, error: "must be an https:// URL" })
    .default("https://127.0.0.1:7443"),
  /** Origin of its gRPC stream. Default: port 7444 of the same host. */
  TAPLINE_AGENT_STREAM_URL: z.url({ protocol: /^https$/, error: "must be an https:// URL" }).optional(),
  /**
   * PEM file: the authority of the server's certificate; no other is trusted. Where neither this nor the next two are
   * set, the identity is the one that `tapline-agent enrol` wrote, and renews itself.
   */
  TAPLINE_AGENT_CA: z.string().optional(),
  /** PEM files: this agent's certificate with its chain, and its key. */
  TAPLINE_AGENT_CERT: z.string().optional(),
  TAPLINE_AGENT_KEY: z.string().optional(),
  /** Folder of the durable outbox, of this agent alone. Default: in the data folder. */
  TAPLINE_AGENT_OUTBOX: z.string().optional(),
  /** Most bytes of the outbox on disk; reading pauses above it. At least 1 MiB, default 256 MiB. */
  TAPLINE_AGENT_OUTBOX_MAX_BYTES: z.coerce.number().pipe(shape.outboxMaxBytes.unwrap()).optional(),
  /** Reading pauses while a tap without an end is older, ms; at least 60,000. `none`, the default: no such bound. */
  TAPLINE_AGENT_OUTBOX_MAX_AGE_MS: z
    .union([z.literal("none").transform(() => null), z.coerce.number().int().min(60_000)])
    .optional(),
  /** Which readers: real ones by PC/SC, or simulated ones. */
  TAPLINE_AGENT_READER_KIND: z.enum(["simulated", "pcsc"]).default("simulated"),
  /** Times that a torn read is repeated while the tag stays. */
  TAPLINE_AGENT_REREADS: z.coerce.number().pipe(shape.rereads.unwrap()).optional(),
  /** Whether readers sound their buzzer. */
  TAPLINE_AGENT_BUZZER: yesOrNo.optional(),
  /** `auto`: gRPC, and REST while that does not work. */
  TAPLINE_AGENT_LINK: shape.link,
  /** The rung of the ack ladder at which a tap leaves the outbox. */
  TAPLINE_AGENT_RELEASE_AT: shape.releaseAt,
  /** Longest time between two reports to the server, ms. */
  TAPLINE_AGENT_REPORT_EVERY_MS: z.coerce.number().pipe(shape.reportEveryMs.unwrap()).optional(),
  /** Loopback port of the local API; 0 = any free one, `off` = none. */
  TAPLINE_AGENT_API_PORT: z
    .union([z.literal("off").transform(() => null), z.coerce.number().int().min(0).max(65_535)])
    .default(7480),
  /** Origins of web pages that may call the local API, a comma list (in the file a list, too). */
  TAPLINE_AGENT_API_ORIGINS: z
    .union([
      z.string().transform((list) => list.split(",").map((origin) => origin.trim())),
      z.array(z.string()),
    ])
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)))
    .default([]),
  /** Simulated readers. */
  TAPLINE_AGENT_READERS: atLeastOne.max(10_000).default(4),
  /** File of `simulated-trackers.ts`. Default: in the data folder. */
  TAPLINE_AGENT_TRACKERS: z.string().optional(),
  /** Bounded run: read this many taps, then wait for their receipts. */
  TAPLINE_AGENT_TAPS: atLeastOne.optional(),
  /** Taps per second over all readers; default 20, without a bound in a bounded run. */
  TAPLINE_AGENT_RATE: z.coerce.number().positive().optional(),
  /** Fixes what simulated trackers measure, repeat and damage. */
  TAPLINE_AGENT_SEED: z.coerce.number().int().min(0).default(1),
  /** What simulated readers go through: `everyday`, `rough`, `hostile`, or the path of a JSON file. */
  TAPLINE_AGENT_SCENARIO: z.string().default("everyday"),
  /** File to which simulated readers add what they did and what should become of it. Default: none. */
  TAPLINE_AGENT_LEDGER: z.string().optional(),
  /** A tap that the server holds is sent again after this time without a receipt, ms. */
  TAPLINE_AGENT_RESEND_AFTER_MS: atLeastOne.min(1000).default(120_000),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).optional(),
  ...otlpSettings,
});

type Settings = z.infer<typeof settingsSchema>;

const defaultRate = 20;
const installedDataDir = "/var/lib/tapline-agent";

export type LogLevel = NonNullable<Settings["LOG_LEVEL"]>;

/** Settings that the server may give, too (`agentSettingsSchema`), as file and environment set them here. */
export type LocalSettings = Omit<AgentSettings, "logLevel"> & { logLevel?: LogLevel | undefined };

export type Config = {
  dataDir: string;
  ingest: { url: string; streamUrl: string };
  /** Folder of `tapline-agent enrol`. */
  identityDir: string;
  /** PEM files in its place; `null` where none is named. */
  identityFiles: { ca: string; cert: string; key: string } | null;
  outboxDir: string;
  readerKind: Settings["TAPLINE_AGENT_READER_KIND"];
  simulated: {
    readers: number;
    trackersPath: string;
    seed: number;
    perSecond: number | null;
    scenario: string;
    ledgerPath: string | null;
  };
  /** `null` for no end. */
  taps: number | null;
  resendAfterMs: number;
  /** `null` for no local API. */
  apiPort: number | null;
  apiOrigins: readonly string[];
  local: LocalSettings;
  otlp: OtlpSettings;
};

/**
 * @param env the environment
 * @param dataDir the folder that a command was told by its flag; wins over all
 * @throws misconfigured naming each setting that does not read
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, dataDir?: string): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  if (dataDir !== undefined) given.TAPLINE_AGENT_DATA_DIR = dataDir;
  const dir = given.TAPLINE_AGENT_DATA_DIR ?? usualDataDir();
  const path = given.TAPLINE_AGENT_CONFIG ?? join(dir, "agent.json");
  const file = readFile(path, given.TAPLINE_AGENT_CONFIG !== undefined);
  const parsed = settingsSchema.safeParse({ ...file, ...given });
  if (parsed.success) return configOf(parsed.data, dir);
  const nameOf = (key: string) => (key in given ? key : `${fileKeyOf(key)} in ${path}`);
  const names = [...new Set(parsed.error.issues.map((issue) => nameOf(String(issue.path[0]))))];
  const why = parsed.error.issues.map((issue) => `${nameOf(String(issue.path[0]))}: ${issue.message}`);
  throw new TaplineError("misconfigured", `the agent's settings do not read: ${why.join("; ")}`, {
    remedy: `correct or unset ${names.join(", ")}`,
  });
}

/** An installed agent's folder where there is one, else the one that `npm start` makes. */
function usualDataDir(): string {
  return existsSync(installedDataDir) ? installedDataDir : ".tapline/agent";
}

function configOf(settings: Settings, dir: string): Config {
  const dataDir = settings.TAPLINE_AGENT_DATA_DIR ?? dir;
  const taps = settings.TAPLINE_AGENT_TAPS ?? null;
  const url = new URL(settings.TAPLINE_AGENT_INGEST_URL).origin;
  const identityDir = join(dataDir, "identity");
  return {
    dataDir,
    ingest: { url, streamUrl: new URL(settings.TAPLINE_AGENT_STREAM_URL ?? streamBeside(url)).origin },
    identityDir,
    identityFiles: identityFilesOf(settings, identityDir),
    outboxDir: settings.TAPLINE_AGENT_OUTBOX ?? join(dataDir, "outbox"),
    readerKind: settings.TAPLINE_AGENT_READER_KIND,
    simulated: {
      readers: settings.TAPLINE_AGENT_READERS,
      trackersPath: settings.TAPLINE_AGENT_TRACKERS ?? join(dataDir, "trackers.json"),
      seed: settings.TAPLINE_AGENT_SEED,
      perSecond: settings.TAPLINE_AGENT_RATE ?? (taps === null ? defaultRate : null),
      scenario: settings.TAPLINE_AGENT_SCENARIO,
      ledgerPath: settings.TAPLINE_AGENT_LEDGER ?? null,
    },
    taps,
    resendAfterMs: settings.TAPLINE_AGENT_RESEND_AFTER_MS,
    apiPort: settings.TAPLINE_AGENT_API_PORT,
    apiOrigins: settings.TAPLINE_AGENT_API_ORIGINS,
    local: {
      link: settings.TAPLINE_AGENT_LINK,
      releaseAt: settings.TAPLINE_AGENT_RELEASE_AT,
      outboxMaxBytes: settings.TAPLINE_AGENT_OUTBOX_MAX_BYTES,
      outboxMaxAgeMs: settings.TAPLINE_AGENT_OUTBOX_MAX_AGE_MS,
      reportEveryMs: settings.TAPLINE_AGENT_REPORT_EVERY_MS,
      rereads: settings.TAPLINE_AGENT_REREADS,
      buzzer: settings.TAPLINE_AGENT_BUZZER,
      logLevel: settings.LOG_LEVEL,
    },
    otlp: settings,
  };
}

function streamBeside(ingestUrl: string): string {
  const url = new URL(ingestUrl);
  url.port = "7444";
  return url.origin;
}

function identityFilesOf(settings: Settings, dir: string): Config["identityFiles"] {
  const { TAPLINE_AGENT_CA: ca, TAPLINE_AGENT_CERT: cert, TAPLINE_AGENT_KEY: key } = settings;
  if (ca === undefined && cert === undefined && key === undefined) return null;
  return {
    ca: ca ?? join(dir, "ca.crt"),
    cert: cert ?? join(dir, "agent.crt"),
    key: key ?? join(dir, "agent.key"),
  };
}

/** `TAPLINE_AGENT_OUTBOX_MAX_BYTES` -> `outboxMaxBytes` */
function fileKeyOf(name: string): string {
  const words = name.replace("TAPLINE_AGENT_", "").toLowerCase().split("_");
  return words.map((word, index) => (index === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join("");
}

/** What the file sets, under the names of the schema; nothing where it is not there and need not be. */
function readFile(path: string, needed: boolean): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCode(error) ?? "unknown";
    if (code === "ENOENT" && !needed) return {};
    const remedy =
      code === "EACCES" || code === "EPERM"
        ? "run the command as the agent's user or as root (sudo tapline-agent …)"
        : "let TAPLINE_AGENT_CONFIG name a JSON file that the agent may read";
    throw badFile(path, code, remedy);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw badFile(path, "it is no JSON", 'write it like { "readerKind": "pcsc" }');
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(content);
  if (!parsed.success) throw badFile(path, "it is no JSON object", 'write it like { "readerKind": "pcsc" }');
  const nameOf = new Map(Object.keys(settingsSchema.shape).map((name) => [fileKeyOf(name), name]));
  const unknown = Object.keys(parsed.data).filter((key) => !nameOf.has(key));
  if (unknown.length > 0)
    throw badFile(path, `nothing is called ${unknown.join(", ")}`, `take ${unknown.join(", ")} out`);
  return Object.fromEntries(Object.entries(parsed.data).map(([key, value]) => [nameOf.get(key), value]));
}

function badFile(path: string, why: string, remedy: string): TaplineError {
  return new TaplineError("misconfigured", `the settings file ${path} cannot be used: ${why}`, { remedy });
}
