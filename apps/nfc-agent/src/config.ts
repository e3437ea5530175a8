import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

const atLeastOne = z.coerce.number().int().min(1);

/** The agent's settings. Each variable's name is its key here; an empty one counts as not set. */
const settingsSchema = z.object({
  /** Origin of the ingest server. */
  TAPLINE_AGENT_INGEST_URL: z
    .url({ protocol: /^https$/, error: "must be an https:// URL" })
    .default("https://127.0.0.1:7443"),
  /** PEM file: the authority of the server's certificate; no other is trusted. */
  TAPLINE_AGENT_CA: z.string().default(".tapline/pki/root.crt"),
  /** PEM files: this agent's certificate with its chain, and its key. */
  TAPLINE_AGENT_CERT: z.string().default(".tapline/pki/agent-local.crt"),
  TAPLINE_AGENT_KEY: z.string().default(".tapline/pki/agent-local.key"),
  /** Folder of the durable outbox, of this agent alone. */
  TAPLINE_AGENT_OUTBOX: z.string().default(".tapline/agent/outbox"),
  /** Most bytes of the outbox on disk; reading pauses above it. At least 1 MiB, default 256 MiB. */
  TAPLINE_AGENT_OUTBOX_MAX_BYTES: atLeastOne.min(1024 * 1024).default(256 * 1024 * 1024),
  /** Simulated readers. */
  TAPLINE_AGENT_READERS: atLeastOne.max(10_000).default(4),
  /** File of `simulated-trackers.ts`. */
  TAPLINE_AGENT_TRACKERS: z.string().default(".tapline/agent/trackers.json"),
  /** Bounded run: read this many taps, then wait for their receipts. */
  TAPLINE_AGENT_TAPS: atLeastOne.optional(),
  /** Taps per second over all readers; default 20, without a bound in a bounded run. */
  TAPLINE_AGENT_RATE: z.coerce.number().positive().optional(),
  /** Fixes what simulated trackers measure, repeat and damage. */
  TAPLINE_AGENT_SEED: z.coerce.number().int().min(0).default(1),
  /** A tap that the server holds is sent again after this time without a receipt, ms. */
  TAPLINE_AGENT_RESEND_AFTER_MS: atLeastOne.min(1000).default(120_000),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

const defaultRate = 20;

export type Config = {
  ingest: { url: string; caPath: string; certPath: string; keyPath: string };
  outbox: { dir: string; maxBytes: number };
  simulated: { readers: number; trackersPath: string; seed: number; perSecond: number | null };
  /** `null` for no end. */
  taps: number | null;
  resendAfterMs: number;
  logLevel: z.infer<typeof settingsSchema>["LOG_LEVEL"];
};

/** @throws misconfigured naming each setting that does not read */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    const why = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
    throw new TaplineError("misconfigured", `the agent's settings do not read: ${why.join("; ")}`, {
      remedy: `correct or unset ${names.join(", ")}`,
    });
  }
  const settings = parsed.data;
  const taps = settings.TAPLINE_AGENT_TAPS ?? null;
  return {
    ingest: {
      url: new URL(settings.TAPLINE_AGENT_INGEST_URL).origin,
      caPath: settings.TAPLINE_AGENT_CA,
      certPath: settings.TAPLINE_AGENT_CERT,
      keyPath: settings.TAPLINE_AGENT_KEY,
    },
    outbox: { dir: settings.TAPLINE_AGENT_OUTBOX, maxBytes: settings.TAPLINE_AGENT_OUTBOX_MAX_BYTES },
    simulated: {
      readers: settings.TAPLINE_AGENT_READERS,
      trackersPath: settings.TAPLINE_AGENT_TRACKERS,
      seed: settings.TAPLINE_AGENT_SEED,
      perSecond: settings.TAPLINE_AGENT_RATE ?? (taps === null ? defaultRate : null),
    },
    taps,
    resendAfterMs: settings.TAPLINE_AGENT_RESEND_AFTER_MS,
    logLevel: settings.LOG_LEVEL,
  };
}
