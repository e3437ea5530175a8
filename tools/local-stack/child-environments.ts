import { availableParallelism } from "node:os";
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

/** Where the supervisor is asked. */
export const controlSocket = ({ root }: Pick<DataFolder, "root">): string => join(root, "control.sock");

export const archiveUrl = (port: number) => `sftp://tapline@127.0.0.1:${port}/`;

/** Services that write to the archive or sign for it, or have others do so: they get its keys. */
const keepers: readonly string[] = ["buffer", "encryption", "transfer", "audit", "noops"];

export type ChildEnvironments = Readonly<Record<"web" | "agent" | "cli", NodeJS.ProcessEnv>> & {
  /** Of a worker process that is these services. */
  readonly worker: (services: readonly string[]) => NodeJS.ProcessEnv;
};

/** The settings of each child. A child gets the keys that its services use, and no others. */
export function childEnvironments(
  config: StackConfig,
  folder: DataFolder,
  secrets: Secrets & { readonly recipients: RecipientPairs },
  at: Addresses,
): ChildEnvironments {
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
  const keys = workerKeys(folder, secrets, at);
  const worker = (services: readonly string[]) => ({
    ...(services.includes("alerts") ? alerts : {}),
    // Doors beyond the machine's cores would only take time from each other, and be wished for because of that.
    TAPLINE_BALANCE_BOUNDS: `ingest=1-${availableParallelism()}`,
    // One agent speaks for a whole fleet of simulated readers, whose strangers and torn tags are refused by design.
    TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: "10000000",
    ...{ ...base, ...stores },
    TAPLINE_PROCESS_KEY: secrets.processKeyFile,
    ROLE: services.join(","),
    ...keys(services),
  });
  return {
    worker,
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

/** What a worker that is these services needs beside what all have. */
function workerKeys(
  folder: DataFolder,
  secrets: Secrets & { readonly recipients: RecipientPairs },
  { archivePort }: Pick<Addresses, "archivePort">,
): (services: readonly string[]) => NodeJS.ProcessEnv {
  const pki = (name: string) => join(folder.pki, name);
  const door = {
    // The supervisor has the ports that agents know, and hands their connections on.
    ...{ TAPLINE_INGEST_HOST: "127.0.0.1", TAPLINE_INGEST_PORT: "0", TAPLINE_STREAM_PORT: "0" },
    TAPLINE_INGEST_CERT: pki("server.crt"),
    TAPLINE_INGEST_KEY: pki("server.key"),
    TAPLINE_AGENT_CA: pki("agents-trust.pem"),
    TAPLINE_AGENT_AUTHORITY_CERT: pki("agents.crt"),
    TAPLINE_AGENT_AUTHORITY_KEY: pki("agents.key"),
    TAPLINE_INGEST_ROOT: pki("root.crt"),
  };
  const archive = {
    TAPLINE_ARCHIVE_URL: archiveUrl(archivePort),
    TAPLINE_ARCHIVE_HOST_KEY: secrets.archiveHostKeyPin,
    TAPLINE_ARCHIVE_KEY: secrets.archiveClientKeyFile,
    TAPLINE_RECIPIENTS: recipientRoles.map((role) => pki(`${secrets.recipients[role]}.crt`)).join(","),
    TAPLINE_SIGNER_CERT: pki("signer.crt"),
    TAPLINE_SIGNER_KEY: pki("signer.key"),
    TAPLINE_SIGNER_CHAIN: pki("intermediate.crt"),
    TAPLINE_TRUST: pki("trust.pem"),
  };
  const auditor = {
    // All that are there, since keys may be rotated.
    TAPLINE_DRILL_KEYS: folder.pki,
    TAPLINE_AUDIT_KEY: pki("log.key"),
    TAPLINE_WITNESSES: witnessFiles(folder).witnesses,
  };
  const hands = { TAPLINE_ACTUATOR: "local", TAPLINE_ACTUATOR_SOCKET: controlSocket(folder) };
  return (services) => {
    const has = (...some: string[]) => some.some((service) => services.includes(service));
    return {
      ...(has("ingest") ? door : {}),
      ...(has(...keepers) ? archive : {}),
      ...(has("audit", "noops") ? auditor : {}),
      ...(has("noops") ? hands : {}),
    };
  };
}
