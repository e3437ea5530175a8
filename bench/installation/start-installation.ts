import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RecipientKey } from "@tapline/core/encryption";
import { receiptsResponseSchema } from "@tapline/core/tap";
import { Agent, request } from "undici";
import { applyMigrations, openServiceRoles, openServicesRole } from "../../tools/database/index.ts";
import { freePort, runCommand, withPeer } from "../../tools/servers/index.ts";
import { type Child, ofType } from "../child.ts";
import { BegunParts } from "./begun-parts.ts";
import { agentId, writeKeys } from "./keys.ts";
import { type MeshSide, startLife, startWebPart, storesAccess } from "./mesh-side.ts";
import { type Part, startPart } from "./part.ts";
import { startArchivePart, startPostgresPart, startRedisPart } from "./stores.ts";
import { workerEnvironment } from "./worker-environment.ts";

/** A tracker as `tapline tracker import` takes it; other fields are left alone. */
export type PublicTracker = { readonly id: string; readonly kid: string; readonly publicKey: string };

export type InstallationOptions = {
  readonly trackers: readonly PublicTracker[];
  /** Whether taps without a signature are taken. */
  readonly unsigned: "accept" | "refuse";
  /** The services of each worker process. Default: the door, and all others in a second one. */
  readonly workers?: readonly string[];
  /** Settings of the workers beside the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Further settings of one worker, by its services; of the console it takes how long it drains. */
  readonly settingsOf?: (worker: string) => Readonly<Record<string, string>>;
  /** Sees to the folders of Redis (`redis`) and archive (`archive`) before they are used. */
  readonly prepare?: (dir: string) => Promise<void>;
  /** Called once nothing runs any more and the folder is still there: in the end, and where something does not come up. */
  readonly beforeRemoval?: () => Promise<void>;
  /** A mesh around it: stores take nobody without a certificate, and agents reach the doors by the mesh alone. */
  readonly mesh?: MeshSide;
  /** The console as one more process; in a mesh it always is one. */
  readonly withConsole?: boolean;
  /** Told the archive server's port; answers by which port workers shall reach it. */
  readonly archiveWire?: (port: number) => Promise<number>;
};

/** A whole installation as `npm start` makes one, without console and agent. */
export type Installation = {
  readonly url: string;
  /** Where agents open their stream. */
  readonly streamUrl: string;
  /** A folder of its own, gone in the end. */
  readonly dir: string;
  /** Of the database's owner. */
  readonly databaseUrl: string;
  readonly archiveDir: string;
  /** Opens the archive's objects. */
  readonly archiveKey: RecipientKey;
  readonly tlsEnvironment: Readonly<Record<string, string>>;
  readonly agentTls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Every process that serves taps: workers, archive server, Redis, PostgreSQL. */
  readonly parts: readonly Part[];
  readonly pids: readonly number[];
  /** Waits until `taps` taps have ended, by the services' own count. */
  readonly settled: (taps: number, timeoutMs: number) => Promise<void>;
  /** Ends all, and removes the folder. */
  readonly stop: () => Promise<void>;
};

const usualWorkers = [
  "ingest",
  "buffer,validation,encryption,transfer,audit,kpi,alerts,telemetry,balance",
] as const;

/** Starts one. Where something does not come up, nothing is left of it. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const begun = new BegunParts();
  const stop = async (): Promise<void> => {
    await begun.stop();
    await options.beforeRemoval?.();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await options.prepare?.(dir);
    return { ...(await startAll(dir, options, begun)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  dir: string,
  options: InstallationOptions,
  begun: BegunParts,
): Promise<Omit<Installation, "stop">> {
  const { mesh } = options;
  const [ingestPort, streamPort] = [await freePort(), await freePort()];
  await mesh?.open(dir, { ingestPort, streamPort });
  const [keys, redis, postgres] = await Promise.all([
    writeKeys(dir),
    begun.begin(startRedisPart(dir, await mesh?.peer("redis"))),
    begun.begin(startPostgresPart(dir, await storesAccess(mesh))),
  ]);
  const { hostKeyPin, pem } = keys;
  await applyMigrations(postgres.url);
  const password = (): string => randomBytes(16).toString("hex");
  const ownUrl = await openServicesRole(postgres.url, password());
  if (mesh !== undefined) await openServiceRoles(postgres.url, password);
  const operator = await mesh?.peer("operator");
  const archiveDir = join(dir, "archive");
  const archive = await begun.begin(startArchivePart(dir, archiveDir));
  const archivePort = (await options.archiveWire?.(archive.port)) ?? archive.port;
  const at = {
    databaseUrl: withPeer(ownUrl, operator),
    redisUrl: withPeer(redis.url, operator),
    archivePort,
    hostKeyPin,
    ingestPort,
    streamPort,
  };
  const environment = {
    ...workerEnvironment(dir, { ...at, unsigned: options.unsigned }),
    ...options.settings,
  };
  await enrol(dir, options.trackers, environment);
  const workers = await startWorkers(options, environment, begun);
  const hasConsole = mesh !== undefined || options.withConsole === true;
  const web = hasConsole
    ? [await begun.begin(startWebPart(dir, mesh, { ...environment, ...options.settingsOf?.("web") }))]
    : [];
  const parts = [...workers, ...web, archive, redis, postgres];
  const url = `https://localhost:${ingestPort}`;
  const agentTls = {
    ca: pem("root.crt"),
    cert: pem(`agent-${agentId}.crt`),
    key: pem(`agent-${agentId}.key`),
  };
  await bufferOpen(url, agentTls);
  return {
    url,
    streamUrl: `https://localhost:${streamPort}`,
    dir,
    databaseUrl: postgres.url,
    archiveDir,
    archiveKey: { certPem: pem("archive.crt"), keyPem: pem("archive.key") },
    tlsEnvironment: environment,
    agentTls,
    parts,
    pids: [...parts.map((part) => part.life().pid), ...(mesh?.pids ?? [])],
    settled: async (taps, timeoutMs) => await settled(kpiChild(workers), taps, timeoutMs),
  };
}

/** Starts a worker process for each set of services, numbered where several are alike. */
async function startWorkers(
  { workers: roles = usualWorkers, settingsOf, mesh }: InstallationOptions,
  environment: Readonly<Record<string, string>>,
  begun: BegunParts,
): Promise<Part[]> {
  return await Promise.all(
    roles.map((role, i) => {
      const number = roles.slice(0, i + 1).filter((other) => other === role).length;
      const isAlone = roles.filter((other) => other === role).length === 1;
      const settings = { ...environment, ...settingsOf?.(role), ROLE: role };
      return begun.begin(startWorker(isAlone ? role : `${role}-${number}`, settings, mesh));
    }),
  );
}

async function startWorker(
  name: string,
  environment: Readonly<Record<string, string>>,
  mesh: MeshSide | undefined,
): Promise<Part> {
  const main = new URL("../../apps/worker/src/main.ts", import.meta.url);
  return await startPart(name, "worker", () => startLife(main, name, environment, mesh));
}

function kpiChild(workers: readonly Part[]): Child {
  const child = workers.find(({ name }) => name.includes("kpi"))?.life().child ?? null;
  if (child === null) throw new Error("no worker of this installation counts");
  return child;
}

/** Waits until the door answers with a generation: before, it turns taps away. */
async function bufferOpen(url: string, agentTls: Installation["agentTls"]): Promise<void> {
  const dispatcher = new Agent({ connect: { ...agentTls } });
  const end = Date.now() + 15_000;
  for (;;) {
    const answer = await request(`${url}/v1/receipts`, { dispatcher });
    const { generation } = receiptsResponseSchema.parse(await answer.body.json());
    if (generation !== "") break;
    if (Date.now() > end) throw new Error("the buffer did not open");
    await sleep(50);
  }
  await dispatcher.close();
}

async function enrol(
  dir: string,
  trackers: readonly PublicTracker[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(dir, "enrolled-trackers.json");
  await writeFile(file, JSON.stringify(trackers));
  const cli = new URL("../../apps/worker/src/cli/main.ts", import.meta.url).pathname;
  await runCommand(process.execPath, [cli, "tracker", "import", file, "--reason", "a bench", "--yes"], {
    env: environment,
  });
}

async function settled(pipeline: Child, taps: number, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const { kpi } = (await pipeline.newest(ofType("status"))) as unknown as {
      kpi: { backlog: number; totals: { archived: number; duplicates: number; rejected: number } };
    };
    const { archived, duplicates, rejected } = kpi.totals;
    if (kpi.backlog === 0 && archived + duplicates + rejected >= taps) return;
  }
  throw new Error(`not all of ${taps} taps have ended within ${timeoutMs} ms`);
}
