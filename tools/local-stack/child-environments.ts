import { join } from "node:path";
import type { StackConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Secrets } from "./open-secrets.ts";
import { type RecipientPairs, recipientRoles } from "./recipient-pairs.ts";
import { witnessFiles } from "./start-witness.ts";

/** Where the servers that others need were found or started. */
export type Addresses = Readonly<{
  databaseUrl: string;
  redisUrl: string;
  archivePort: number;
  webPort: number;
  ingestPort: number;
  streamPort: number;
}>;

export const archiveUrl = (port: number) => `sftp://tapline@127.0.0.1:${port}/`;

/** The settings of each child, by its name. A child gets the keys that its roles use, and no others. */
export function childEnvironments(
  config: StackConfig,
  folder: DataFolder,
  secrets: Secrets & { readonly recipients: RecipientPairs },
  at: Addresses,
): Readonly<Record<"worker-ingest" | "worker-pipeline" | "web" | "agent" | "cli", NodeJS.ProcessEnv>> {
  const pki = (name: string) => join(folder.pki, name);
  const stores = { DATABASE_URL: at.databaseUrl, REDIS_URL: at.redisUrl };
  const base = { ...config.environment, TAPLINE_DATA_DIR: folder.root };
  const consoleOrigin = config.environment.TAPLINE_WEB_ORIGIN ?? `http://127.0.0.1:${at.webPort}`;
  // Who has set them for himself keeps his own.
  const links = { TAPLINE_ALERT_LINK_KEY: secrets.alertLinkKeyFile };
  const alerts = {
    ...{ ...links, TAPLINE_ALERT_CONSOLE: consoleOrigin },
    TAPLINE_ALERT_SECRETS: secrets.alertSecretsFolder,
  };
  // One agent speaks for a whole fleet of simulated readers, whose strangers and torn tags are refused by design.
  const workers = { TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: "10000000", ...base, ...stores };
  return {
    "worker-ingest": {
      ...workers,
      ROLE: "ingest",
      TAPLINE_INGEST_PORT: String(at.ingestPort),
      TAPLINE_STREAM_PORT: String(at.streamPort),
      TAPLINE_INGEST_CERT: pki("server.crt"),
      TAPLINE_INGEST_KEY: pki("server.key"),
      TAPLINE_AGENT_CA: pki("agents-trust.pem"),
      TAPLINE_AGENT_AUTHORITY_CERT: pki("agents.crt"),
      TAPLINE_AGENT_AUTHORITY_KEY: pki("agents.key"),
      TAPLINE_INGEST_ROOT: pki("root.crt"),
      TAPLINE_PROCESS_KEY: secrets.processKeyFile,
    },
    "worker-pipeline": {
      ...alerts,
      ...workers,
      ROLE: "buffer,validation,encryption,transfer,audit,kpi,alerts,telemetry,balance",
      TAPLINE_ARCHIVE_URL: archiveUrl(at.archivePort),
      TAPLINE_ARCHIVE_HOST_KEY: secrets.archiveHostKeyPin,
      TAPLINE_ARCHIVE_KEY: secrets.archiveClientKeyFile,
      TAPLINE_RECIPIENTS: recipientRoles.map((role) => pki(`${secrets.recipients[role]}.crt`)).join(","),
      TAPLINE_SIGNER_CERT: pki("signer.crt"),
      TAPLINE_SIGNER_KEY: pki("signer.key"),
      TAPLINE_SIGNER_CHAIN: pki("intermediate.crt"),
      TAPLINE_TRUST: pki("trust.pem"),
      // All that are there, since keys may be rotated.
      TAPLINE_DRILL_KEYS: folder.pki,
      TAPLINE_AUDIT_KEY: pki("log.key"),
      TAPLINE_WITNESSES: witnessFiles(folder).witnesses,
      TAPLINE_PROCESS_KEY: secrets.processKeyFile,
    },
    web: {
      ...links,
      ...base,
      ...stores,
      TAPLINE_WEB_PORT: String(at.webPort),
      TAPLINE_INGEST_URL: `https://127.0.0.1:${at.ingestPort}`,
      TAPLINE_INGEST_ROOT: pki("root.crt"),
      TAPLINE_WEB_SECRET_FILE: secrets.webSecretFile,
    },
    agent: {
      ...base,
      TAPLINE_AGENT_INGEST_URL: `https://127.0.0.1:${at.ingestPort}`,
      TAPLINE_AGENT_STREAM_URL: `https://127.0.0.1:${at.streamPort}`,
      TAPLINE_AGENT_CA: pki("root.crt"),
      TAPLINE_AGENT_CERT: pki("agent-local.crt"),
      TAPLINE_AGENT_KEY: pki("agent-local.key"),
      TAPLINE_AGENT_DATA_DIR: folder.agent,
      TAPLINE_AGENT_API_PORT: "0",
      TAPLINE_AGENT_READERS: String(config.readers),
      ...(config.taps === undefined ? {} : { TAPLINE_AGENT_TAPS: String(config.taps) }),
      ...(config.ratePerSecond === undefined ? {} : { TAPLINE_AGENT_RATE: String(config.ratePerSecond) }),
    },
    cli: { ...base, ...stores },
  };
}
