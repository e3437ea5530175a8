import { join } from "node:path";
import { freePort } from "../../servers/index.ts";
import {
  freshDatabase,
  ownRedis,
  servicesOf,
  temporaryFolder,
  testEnvironment,
} from "../../test-servers/index.ts";
import { type ChildEnvironments, childEnvironments, controlSocket } from "../child-environments.ts";
import { readConfig } from "../config.ts";
import { type DataFolder, openDataFolder } from "../data-folder.ts";
import { enrolTrackers, makeTrackers } from "../enrol-trackers.ts";
import { openPki } from "../open-pki.ts";
import { openSecrets } from "../open-secrets.ts";
import { recipientPairs } from "../recipient-pairs.ts";
import { StackBuilder } from "../stack-builder.ts";
import { startWitness } from "../start-witness.ts";
import { openWorkers, type Workers } from "./open-workers.ts";

/** The supervisor and its workers as `npm start` has them, without console and agent, in the test's own process. */
export type TestWorkers = Readonly<{
  workers: Workers;
  builder: StackBuilder;
  folder: DataFolder;
  environments: ChildEnvironments;
  ports: Readonly<{ ingest: number; stream: number }>;
  socket: string;
  /** What was said to the one at the terminal. */
  said: readonly string[];
  /** SIGKILL to a worker process, by its name. */
  kill: (replica: string) => void;
  close: () => Promise<void>;
}>;

/** @param settings of all children, as somebody sets them who calls `npm start` */
export async function startTestWorkers(settings: NodeJS.ProcessEnv = {}): Promise<TestWorkers> {
  const folder = await openDataFolder(join(await temporaryFolder(), ".tapline"));
  const config = readConfig({ once: false, agent: true }, { ...testEnvironment(), ...settings });
  const [database, redis] = await Promise.all([freshDatabase(), ownRedis()]);
  await openPki(folder.pki, folder.archive, Date.now());
  const secrets = await openSecrets(folder);
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const builder = new StackBuilder(folder, say);
  const [archivePort, ingestPort, streamPort, witnessPort] = await Promise.all([
    ...[freePort(), freePort(), freePort(), freePort()],
  ]);
  await Promise.all([
    builder.child("archive", "tools/local-stack/archive-server/main.ts", {
      TAPLINE_ARCHIVE_DIR: folder.archive,
      TAPLINE_ARCHIVE_HOST_KEY_FILE: secrets.archiveHostKeyFile,
      TAPLINE_ARCHIVE_CLIENT_KEY_FILE: secrets.archiveClientKeyFile,
      TAPLINE_ARCHIVE_PORT: String(archivePort),
    }),
    startWitness(builder, folder, witnessPort ?? 0, config.environment),
    makeTrackers(join(folder.agent, "trackers.json"), config.environment),
  ]);
  const at = { databaseUrl: servicesOf(database), redisUrl: redis.url, webPort: 1 };
  const ports = { ingest: ingestPort ?? 0, stream: streamPort ?? 0 };
  const environments = childEnvironments(
    config,
    folder,
    { ...secrets, recipients: await recipientPairs(folder.pki) },
    { ...at, archivePort: archivePort ?? 0, ingestPort: ports.ingest, streamPort: ports.stream },
  );
  await enrolTrackers(join(folder.agent, "trackers.json"), at.databaseUrl, environments.cli);
  const onMessage = () => {};
  const workers = await openWorkers({ config, folder, environments, ports, say, onMessage });
  await builder.add("workers", workers);
  await workers.begin();
  return {
    ...{ workers, builder, folder, environments, ports, said, socket: controlSocket(folder) },
    kill: (replica) => process.kill(pidOf(workers, replica), "SIGKILL"),
    close: () => builder.stop(),
  };
}

function pidOf({ crew }: Workers, replica: string): number {
  const services = crew.look().workloads.map(({ service }) => service);
  for (const service of new Set(services))
    for (const slot of crew.serving(service))
      if (slot.plan.name === replica && slot.child?.pid !== undefined) return slot.child.pid;
  throw new Error(`no process ${replica} is ready`);
}
