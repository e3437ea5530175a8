import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { issueHierarchy, type RecipientKey } from "@tapline/core/encryption";
import { receiptsResponseSchema } from "@tapline/core/tap";
import { Agent, request } from "undici";
import { applyMigrations } from "../../tools/database/index.ts";
import { generateSshKeyPair } from "../../tools/local-stack/archive-server/index.ts";
import { runCommand, startPostgres, startRedis } from "../../tools/servers/index.ts";
import { type Child, ofType, startChild } from "../child.ts";
import { baseEnvironment } from "./config.ts";

/** The agent that stands for all clients. */
export const agentId = "bench";

/** A tracker as `tapline tracker import` takes it; other fields are left alone. */
export type PublicTracker = { readonly id: string; readonly kid: string; readonly publicKey: string };

export type InstallationOptions = {
  readonly trackers: readonly PublicTracker[];
  /** Whether taps without a signature are taken. */
  readonly unsigned: "accept" | "refuse";
};

/** A whole installation as `npm start` makes one, without console and agent. */
export type Installation = {
  readonly url: string;
  /** Where agents open their stream. */
  readonly streamUrl: string;
  /** A folder of its own, gone in the end. */
  readonly dir: string;
  readonly databaseUrl: string;
  readonly archiveDir: string;
  /** Opens the archive's objects. */
  readonly archiveKey: RecipientKey;
  readonly tlsEnvironment: Readonly<Record<string, string>>;
  readonly agentTls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Every process that serves taps: workers, Redis, archive server, PostgreSQL. */
  readonly pids: readonly number[];
  /** Waits until `taps` taps have ended, by the services' own count. */
  readonly settled: (taps: number, timeoutMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startInstallation({ trackers, unsigned }: InstallationOptions): Promise<Installation> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const [files, redis, postgres] = await Promise.all([
    writeKeys(dir),
    startRedis({ dataDir: join(dir, "redis") }),
    startPostgres({ dataDir: join(dir, "postgres"), logFile: join(dir, "postgres.log") }),
  ]);
  const databaseUrl = postgres.url;
  await applyMigrations(databaseUrl);
  const archiveDir = join(dir, "archive");
  const archive = await startArchive(dir, archiveDir);
  const environment = environmentOf(dir, { databaseUrl, redisUrl: redis.url, archive, unsigned });
  await enrol(dir, trackers, environment);
  const start = (ROLE: string): Child =>
    startChild("../../apps/worker/src/main.ts", import.meta.url, { ...environment, ROLE });
  const ingest = start("ingest");
  const pipeline = start("buffer,validation,encryption,transfer,audit,kpi");
  const [ready] = await Promise.all([ingest.next(ofType("ready")), pipeline.next(ofType("ready"))]);
  const children = [ingest, pipeline, archive.child];
  const url = `https://localhost:${String(ready.ingestPort)}`;
  const pem = (name: string): string => files[name]?.pem ?? "";
  const agentTls = {
    ca: pem("root.crt"),
    cert: pem(`agent-${agentId}.crt`),
    key: pem(`agent-${agentId}.key`),
  };
  await bufferOpen(url, agentTls);
  return {
    url,
    streamUrl: `https://localhost:${String(ready.streamPort)}`,
    dir,
    databaseUrl,
    archiveDir,
    archiveKey: { certPem: pem("archive.crt"), keyPem: pem("archive.key") },
    tlsEnvironment: environment,
    agentTls,
    pids: [...children.map(({ pid }) => pid), redis.pid, postgres.pid],
    settled: (taps, timeoutMs) => settled(pipeline, taps, timeoutMs),
    stop: async () => {
      await Promise.all(children.map((child) => child.stop()));
      await Promise.all([redis.stop(), postgres.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
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

async function writeKeys(dir: string) {
  const files = await issueHierarchy({
    nowEpochMs: Date.now(),
    organisation: "Bench",
    agents: [agentId],
    hosts: ["localhost"],
  });
  await Promise.all(
    Object.entries(files).map(([name, { pem }]) => writeFile(join(dir, name), pem, { mode: 0o600 })),
  );
  await writeFile(join(dir, "process.key"), randomBytes(32).toString("hex"), { mode: 0o600 });
  return files;
}

async function startArchive(dir: string, archiveDir: string) {
  const [host, client] = [generateSshKeyPair(), generateSshKeyPair()];
  const paths = {
    host: join(dir, "ssh_host"),
    client: join(dir, "ssh_client"),
    public: join(dir, "ssh_client.pub"),
  };
  await mkdir(archiveDir);
  await writeFile(paths.host, host.privateKey, { mode: 0o600 });
  await writeFile(paths.client, client.privateKey, { mode: 0o600 });
  await writeFile(paths.public, client.publicKey);
  const child = startChild("../../tools/local-stack/archive-server/main.ts", import.meta.url, {
    ...baseEnvironment(),
    TAPLINE_ARCHIVE_DIR: archiveDir,
    TAPLINE_ARCHIVE_HOST_KEY_FILE: paths.host,
    TAPLINE_ARCHIVE_CLIENT_KEY_FILE: paths.public,
  });
  const { port } = await child.next(ofType("ready"));
  return { child, url: `sftp://tapline@127.0.0.1:${String(port)}/`, pin: host.pin, keyFile: paths.client };
}

function environmentOf(
  dir: string,
  at: {
    databaseUrl: string;
    redisUrl: string;
    archive: { url: string; pin: string; keyFile: string };
    unsigned: "accept" | "refuse";
  },
): Record<string, string> {
  const file = (name: string): string => join(dir, name);
  return {
    ...baseEnvironment(),
    NODE_ENV: "production",
    DATABASE_URL: at.databaseUrl,
    REDIS_URL: at.redisUrl,
    TAPLINE_INGEST_PORT: "0",
    TAPLINE_STREAM_PORT: "0",
    TAPLINE_INGEST_CERT: file("server.crt"),
    TAPLINE_INGEST_KEY: file("server.key"),
    TAPLINE_AGENT_CA: file("agents-trust.pem"),
    // One certificate stands for 50 clients here, so the bound of a single agent is lifted.
    TAPLINE_AGENT_TAPS_PER_SECOND: "1000000",
    TAPLINE_CREDIT_WINDOW_TAPS: "1000000",
    TAPLINE_ARCHIVE_URL: at.archive.url,
    TAPLINE_ARCHIVE_HOST_KEY: at.archive.pin,
    TAPLINE_ARCHIVE_KEY: at.archive.keyFile,
    TAPLINE_RECIPIENTS: `${file("archive.crt")},${file("escrow.crt")}`,
    TAPLINE_SIGNER_CERT: file("signer.crt"),
    TAPLINE_SIGNER_KEY: file("signer.key"),
    TAPLINE_SIGNER_CHAIN: file("intermediate.crt"),
    TAPLINE_TRUST: file("trust.pem"),
    TAPLINE_PROCESS_KEY: file("process.key"),
    TAPLINE_UNSIGNED_TAPS: at.unsigned,
    LOG_LEVEL: "warn",
  };
}

async function enrol(
  dir: string,
  trackers: readonly PublicTracker[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(dir, "enrolled-trackers.json");
  await writeFile(file, JSON.stringify(trackers));
  const cli = new URL("../../apps/worker/src/cli/main.ts", import.meta.url).pathname;
  await runCommand(process.execPath, [cli, "tracker", "import", file], { env: environment });
}

async function settled(pipeline: Child, taps: number, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const { kpi } = (await pipeline.next(ofType("status"))) as unknown as {
      kpi: { backlog: number; totals: { archived: number; duplicates: number; rejected: number } };
    };
    const { archived, duplicates, rejected } = kpi.totals;
    if (kpi.backlog === 0 && archived + duplicates + rejected >= taps) return;
  }
  throw new Error(`not all of ${taps} taps have ended within ${timeoutMs} ms`);
}
