import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import {
  type Colour,
  colourSchema,
  messageOf,
  redisUrlForms,
  redisUrlPattern,
  TaplineError,
} from "@tapline/core/kernel";
import { databaseConnections } from "@tapline/core/telemetry";
import { type OtlpSettings, otlpSettings } from "@tapline/telemetry/otlp";
import { z } from "zod";
import { type OidcSettings, oidcSettingsOf } from "./oidc-settings.ts";

const port = z.coerce.number().int().min(0).max(65_535);

const environmentSchema = z.object({
  /** PostgreSQL, `postgresql://user:password@host:port/database`. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// URL" }),
  /** Connections to it that the console opens at most. */
  TAPLINE_DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(100)
    .default(databaseConnections(["web"])),
  /** Redis, one server or a cluster, as for the worker. */
  REDIS_URL: z.string().regex(redisUrlPattern, redisUrlForms),
  /** Address to listen on; anything beyond loopback needs a certificate. */
  TAPLINE_WEB_HOST: z.string().min(1).default("127.0.0.1"),
  /** 0 = any free port. */
  TAPLINE_WEB_PORT: port.default(0),
  /** Port of /healthz, /readyz and /metrics; 0 = any free one. */
  TAPLINE_WEB_HEALTH_PORT: port.default(0),
  /** Address of that port. Beyond loopback, for a cluster's probes, there are no metrics. */
  TAPLINE_WEB_HEALTH_HOST: z.string().min(1).default("127.0.0.1"),
  /** Seconds that it goes on serving after it was asked to end and is no longer ready: until nobody is led to it any more. */
  TAPLINE_DRAIN_DELAY_SECONDS: z.coerce.number().min(0).max(600).default(0),
  /** Of two releases of the console that run side by side, the side of this process. */
  TAPLINE_COLOUR: colourSchema.default("blue"),
  /** The origin that browsers see, such as `https://console.example`; default: host and port listened on. */
  TAPLINE_WEB_ORIGIN: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// origin" })
    .optional(),
  /** So many proxies stand before it, each of which adds whom it hears to X-Forwarded-For; 0: what is said there counts for nothing. */
  TAPLINE_WEB_PROXIES: z.coerce.number().int().min(0).max(9).default(0),
  /** File with at least 32 characters of secret; signs session cookies. */
  TAPLINE_WEB_SECRET_FILE: z.string({ error: "must name a file with at least 32 random characters" }).min(1),
  /** PEM files: certificate chain and private key. Both or neither. */
  TAPLINE_WEB_TLS_CERT: z.string().min(1).optional(),
  TAPLINE_WEB_TLS_KEY: z.string().min(1).optional(),
  /** PEM file: the root that the agents' door is known by; needed to make tokens for agents. */
  TAPLINE_INGEST_ROOT: z.string().min(1).optional(),
  /** Where agents reach the door, such as `https://taps.example.org:7443`: for the command that enrols one. */
  TAPLINE_INGEST_URL: z.url({ protocol: /^https$/, error: "must be an https:// URL" }).optional(),
  /** File with at least 32 characters of secret, as the role `alerts` has it: links in messages of alerts acknowledge here. */
  TAPLINE_ALERT_LINK_KEY: z.string().min(1).optional(),
  /** A provider of OpenID Connect, by its issuer, at which people sign in, too. */
  TAPLINE_OIDC_ISSUER: z
    .url()
    .refine(isSafeIssuer, "must be an https:// URL, or http:// on loopback")
    .optional(),
  /** What it knows the console by; the secret stands in a file. */
  TAPLINE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  TAPLINE_OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  /** As people know it; default: the issuer's host. */
  TAPLINE_OIDC_NAME: z.string().trim().min(1).max(40).optional(),
  /** Domains, divided by commas; default: addresses at any. */
  TAPLINE_OIDC_DOMAINS: z.string().min(1).optional(),
  /** The claim that tells groups, and the role that each gives, such as `nurses=operator,visitors=viewer`. Both or neither. */
  TAPLINE_OIDC_ROLE_CLAIM: z.string().min(1).optional(),
  TAPLINE_OIDC_ROLES: z.string().min(1).optional(),
  /** The sites that each group gives to see, such as `nurses=*,visitors=north`; default: none, until an admin says otherwise. */
  TAPLINE_OIDC_SITES: z.string().min(1).optional(),
  /** Name of this installation, shown in the console's header; default: the machine's name. */
  TAPLINE_SITE_NAME: z.string().trim().min(1).max(64).default(hostname()),
  /** The zone of the clocks on its walls, such as `Europe/Berlin`; default: the machine's. */
  TAPLINE_SITE_TIME_ZONE: z
    .string()
    .refine(isTimeZone, "must be a time zone's name, such as Europe/Berlin")
    .default(new Intl.DateTimeFormat().resolvedOptions().timeZone),
  ...otlpSettings,
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** What the console's server needs to know to start. */
export interface WebConfig {
  databaseUrl: string;
  /** Default: what the console needs. */
  databaseConnections?: number;
  redisUrl: string;
  host: string;
  port: number;
  healthPort: number;
  healthHost?: string;
  /** Default: 0. */
  drainDelayMs?: number;
  colour: Colour;
  /** `undefined`: what we listen on. */
  origin: string | undefined;
  /** Default: 0. */
  proxies?: number;
  secret: string;
  tls: { certPem: string; keyPem: string } | undefined;
  /** PEM; `undefined`: no tokens for agents are made here. */
  ingestRootPem: string | undefined;
  /** `undefined`: whoever enrols an agent has to know it. */
  ingestUrl: string | undefined;
  /** `undefined`: links in messages of alerts do not acknowledge. */
  alertLinkKey: string | undefined;
  /** `undefined`: people sign in here alone. */
  oidc: OidcSettings | undefined;
  siteName: string;
  siteTimeZone: string;
  logLevel: string;
  otlp: OtlpSettings;
}

/** The settings of the console, checked; throws `misconfigured` with one sentence per broken value. */
export function readConfig(environment: Record<string, string | undefined> = process.env): WebConfig {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    const broken = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw misconfigured(`the console's settings are broken: ${broken.join("; ")}`, "set what is named there");
  }
  const env = parsed.data;
  const secret = readSetting("TAPLINE_WEB_SECRET_FILE", env.TAPLINE_WEB_SECRET_FILE).trim();
  if (secret.length < 32) {
    throw misconfigured(
      "the file in TAPLINE_WEB_SECRET_FILE holds less than 32 characters",
      "fill it with `openssl rand -hex 32`",
    );
  }
  const tls = readTls(env.TAPLINE_WEB_TLS_CERT, env.TAPLINE_WEB_TLS_KEY);
  if (tls === undefined && !isLoopback(env.TAPLINE_WEB_HOST)) {
    throw misconfigured(
      `the console does not listen on ${env.TAPLINE_WEB_HOST} without TLS: passwords would cross the network in clear`,
      "set TAPLINE_WEB_TLS_CERT and TAPLINE_WEB_TLS_KEY, or listen on 127.0.0.1",
    );
  }
  return {
    databaseUrl: env.DATABASE_URL,
    databaseConnections: env.TAPLINE_DATABASE_CONNECTIONS,
    redisUrl: env.REDIS_URL,
    host: env.TAPLINE_WEB_HOST,
    port: env.TAPLINE_WEB_PORT,
    healthPort: env.TAPLINE_WEB_HEALTH_PORT,
    healthHost: env.TAPLINE_WEB_HEALTH_HOST,
    drainDelayMs: env.TAPLINE_DRAIN_DELAY_SECONDS * 1_000,
    colour: env.TAPLINE_COLOUR,
    origin: env.TAPLINE_WEB_ORIGIN === undefined ? undefined : new URL(env.TAPLINE_WEB_ORIGIN).origin,
    proxies: env.TAPLINE_WEB_PROXIES,
    secret,
    tls,
    ingestRootPem:
      env.TAPLINE_INGEST_ROOT === undefined
        ? undefined
        : readSetting("TAPLINE_INGEST_ROOT", env.TAPLINE_INGEST_ROOT),
    ingestUrl: env.TAPLINE_INGEST_URL === undefined ? undefined : new URL(env.TAPLINE_INGEST_URL).origin,
    alertLinkKey: readLinkKey(env.TAPLINE_ALERT_LINK_KEY),
    oidc: oidcSettingsOf(env, readSetting),
    siteName: env.TAPLINE_SITE_NAME,
    siteTimeZone: env.TAPLINE_SITE_TIME_ZONE,
    logLevel: env.LOG_LEVEL,
    otlp: env,
  };
}

/** Whoever could answer in the provider's place could make anybody anyone. */
function isSafeIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname.replace(/^\[|\]$/g, "")));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function readLinkKey(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const key = readSetting("TAPLINE_ALERT_LINK_KEY", file).trim();
  if (key.length >= 32) return key;
  throw misconfigured(
    "the file in TAPLINE_ALERT_LINK_KEY holds less than 32 characters",
    "fill it with `openssl rand -hex 32`",
  );
}

/** React and Next choose their production build by this; call it before either is loaded. */
export function runInProduction(): void {
  Object.assign(process.env, { NODE_ENV: "production" });
}

/** True where only this machine can reach `host`. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

function readTls(cert: string | undefined, key: string | undefined): WebConfig["tls"] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw misconfigured(
      "only one of TAPLINE_WEB_TLS_CERT and TAPLINE_WEB_TLS_KEY is set",
      "set both, or neither for plain HTTP on loopback",
    );
  }
  return {
    certPem: readSetting("TAPLINE_WEB_TLS_CERT", cert),
    keyPem: readSetting("TAPLINE_WEB_TLS_KEY", key),
  };
}

function readSetting(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw misconfigured(
      `the file in ${name} cannot be read: ${messageOf(error)}`,
      "check path and permissions",
    );
  }
}

function misconfigured(message: string, remedy: string): TaplineError {
  return new TaplineError("misconfigured", message, { remedy });
}
