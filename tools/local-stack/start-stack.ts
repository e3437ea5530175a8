import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { type Addresses, archiveUrl, childEnvironments } from "./child-environments.ts";
import { choosePorts, portInUse } from "./choose-ports.ts";
import type { StackConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { enrolTrackers, makeTrackers } from "./enrol-trackers.ts";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin.ts";
import { keepPorts, readKeptPorts } from "./kept-ports.ts";
import { keepStores } from "./kept-stores.ts";
import type { LiveCounts } from "./live-counts.ts";
import { type ArchiveCounts, countArchive } from "./newest-object.ts";
import type { Secrets } from "./open-secrets.ts";
import { recipientPairs } from "./recipient-pairs.ts";
import type { StackBuilder } from "./stack-builder.ts";
import type { ChildMessage } from "./start-child.ts";
import { startBufferStore, startDatabase } from "./start-stores.ts";
import { startWitness } from "./start-witness.ts";
import type { Crew } from "./supervisor/crew.ts";
import { openWorkers } from "./supervisor/open-workers.ts";

/** A stack that runs. */
export type Stack = Readonly<{
  addresses: Addresses;
  counts: LiveCounts;
  /** What stood in the archive before the agent was started. */
  before: ArchiveCounts;
  /** Set at the very first start alone. */
  firstAdmin: FirstAdmin | undefined;
  /** The console's usual port, where somebody else has it. */
  webPortInUse: number | undefined;
  stop: () => Promise<void>;
}>;

/** The console may have to be made ready and to hash a password on a slow machine. */
const adminTimeoutMs = 90_000;

/** How long the console may take to end, ms. */
const webGraceMs = 3_000;

async function startWeb(
  builder: StackBuilder,
  env: NodeJS.ProcessEnv,
  crew: Crew,
): Promise<FirstAdmin | undefined> {
  let tell: (message: ChildMessage) => void = () => {};
  const answer = new Promise<ChildMessage>((resolve, reject) => {
    tell = (message) => message.type === "first-admin" && resolve(message);
    const late = () =>
      reject(new TaplineError("unavailable", "the console did not answer about the first admin"));
    setTimeout(late, adminTimeoutMs).unref();
  });
  answer.catch(() => {});
  const script = "apps/web/.next/console/main.mjs";
  const web = await builder.child("web", script, env, (message) => tell(message), crew.changed);
  crew.addLone({
    ...{ service: "web", standing: web.standing },
    renew: () => web.current().stop(webGraceMs),
  });
  return ensureFirstAdmin(web.current().send, answer);
}

/**
 * Starts everything on this machine, side by side where nothing waits for another. With `config.once` the console is
 * left out. Rejects with the first failure; the caller then stops `builder`.
 */
export async function startStack(
  config: StackConfig,
  folder: DataFolder,
  secrets: Secrets,
  builder: StackBuilder,
  say: (line: string) => void,
): Promise<Stack> {
  const ports = await choosePorts(config.ports, await readKeptPorts(folder.root));
  // A bounded run serves no console: nobody's bookmark hangs on where it ran.
  if (!config.once) await keepPorts(folder.root, config.ports, ports);
  const webPortInUse = await portInUse(config.ports.web, ports.web);
  const trackers = join(folder.agent, "trackers.json");
  const database = async () => {
    const store = await startDatabase(config, folder, secrets, ports.postgres, say);
    if (store.part !== undefined) await builder.add("postgres", store.part);
    return store.url;
  };
  const redis = async () => {
    const store = await startBufferStore(config, folder, ports.redis, say);
    if (store.part !== undefined) await builder.add("redis", store.part);
    return store.url;
  };
  const archive = () =>
    builder.child("archive", "tools/local-stack/archive-server/main.ts", {
      ...config.environment,
      TAPLINE_ARCHIVE_DIR: folder.archive,
      TAPLINE_ARCHIVE_HOST_KEY_FILE: secrets.archiveHostKeyFile,
      TAPLINE_ARCHIVE_CLIENT_KEY_FILE: secrets.archiveClientKeyFile,
      TAPLINE_ARCHIVE_PORT: String(ports.archive),
    });
  const [databaseUrl, redisUrl] = await Promise.all([
    database(),
    redis(),
    archive(),
    startWitness(builder, folder, ports.witness, config.environment),
    makeTrackers(trackers, config.environment),
  ]);
  const addresses = {
    databaseUrl,
    redisUrl,
    archivePort: ports.archive,
    webPort: ports.web,
    ingestPort: ports.ingest,
    streamPort: ports.stream,
  };
  await keepStores(folder.root, {
    databaseUrl: config.databaseUrl === undefined ? databaseUrl : undefined,
    redisUrl: config.redisUrl === undefined ? redisUrl : undefined,
    archive: {
      url: archiveUrl(ports.archive),
      hostKeyPin: secrets.archiveHostKeyPin,
      keyFile: secrets.archiveClientKeyFile,
    },
  });
  const recipients = await recipientPairs(folder.pki);
  const envs = childEnvironments(config, folder, { ...secrets, recipients }, addresses);
  const workers = await openWorkers({
    ...{ config, folder, ports, say },
    environments: envs,
    onMessage: (message) => builder.counts.take(message),
  });
  await builder.add("workers", workers);
  const [firstAdmin] = await Promise.all([
    config.once ? undefined : startWeb(builder, envs.web, workers.crew),
    enrolTrackers(trackers, databaseUrl, envs.cli),
    workers.begin(),
  ]);
  const before = await countArchive(databaseUrl);
  if (config.agent)
    await builder.child("agent", "apps/nfc-agent/src/main.ts", envs.agent, (message) =>
      builder.counts.take(message),
    );
  return { addresses, counts: builder.counts, before, firstAdmin, webPortInUse, stop: () => builder.stop() };
}
