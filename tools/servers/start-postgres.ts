import { randomBytes } from "node:crypto";
import { chmod, chown, copyFile, mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "./free-port.ts";
import { pathExists } from "./path-exists.ts";
import { type PeerFiles, peerParameters } from "./peer-files.ts";
import { type PostgresPrograms, postgresPrograms } from "./postgres-programs.ts";
import { runCommand } from "./run-command.ts";
import { type RunningServer, startServer } from "./running-server.ts";
import { stopLeftover } from "./stop-process.ts";
import { removeWhenGone } from "./watch-over.ts";

/** The role and the database that we make. */
export const databaseName = "tapline";

/** How a PostgreSQL of ours is started. */
export type PostgresOptions = Readonly<{
  /** Its folder; made where it is missing. */
  dataDir: string;
  logFile: string;
  /** Default: any free port. */
  port?: number;
  /** The role's password, set when the folder is first filled. Default: a new random one. */
  password?: string;
  /** False switches fsync off, for tests. Default true. */
  durable?: boolean;
  /** With it: nobody without TLS and a certificate of the same authority, and the URL names these files. */
  tls?: PeerFiles;
  /** Lines of `pg_hba.conf` and `pg_ident.conf` in place of ours. */
  access?: Readonly<{ hba: string; ident: string }>;
}>;

/**
 * The data folder as its owner reaches it: through its own working directory. As root the parents are often
 * closed to the unprivileged user that PostgreSQL runs as, while the working directory is handed over open.
 */
const dataDirFromWithin = "/proc/self/cwd";

function spawnOptions(dataDir: string, owner: PostgresPrograms["owner"]) {
  return { cwd: dataDir, env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" }, ...owner };
}

/** Makes a private folder (0700) that PostgreSQL's user owns. */
async function ownedFolder(path: string, owner: PostgresPrograms["owner"]): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  await chmod(path, 0o700);
}

/** Fills `dataDir` by way of a folder beside it: what has been broken off half way is never taken for a database. */
async function createCluster(dataDir: string, programs: PostgresPrograms, password: string): Promise<void> {
  const part = `${dataDir}.part`;
  await rm(part, { recursive: true, force: true });
  await ownedFolder(part, programs.owner);
  const secretDir = await mkdtemp(join(tmpdir(), "tapline-init-"));
  removeWhenGone(secretDir);
  const secretFile = join(secretDir, "password");
  try {
    await writeFile(secretFile, password, { mode: 0o600 });
    if (programs.owner !== undefined)
      for (const path of [secretFile, secretDir]) await chown(path, programs.owner.uid, programs.owner.gid);
    await runCommand(
      join(programs.binDir, "initdb"),
      [
        ...["-D", programs.owner === undefined ? part : dataDirFromWithin],
        ...["-U", databaseName, "-A", "scram-sha-256", `--pwfile=${secretFile}`],
        ...["-E", "UTF8", "--locale=C", "--no-instructions"],
      ],
      spawnOptions(part, programs.owner),
    );
    await rename(part, dataDir);
  } finally {
    await rm(secretDir, { recursive: true, force: true });
  }
}

/** Copies what TLS needs into `dataDir`, where PostgreSQL's user may read it, and says who comes in. */
async function writeAccess(
  dataDir: string,
  owner: PostgresPrograms["owner"],
  { tls, access }: PostgresOptions,
): Promise<string[]> {
  const path = (name: string) => join(dataDir, name);
  if (access !== undefined) {
    await writeFile(path("pg_hba.conf"), access.hba);
    await writeFile(path("pg_ident.conf"), access.ident);
  }
  if (tls === undefined) return [];
  for (const [name, from] of Object.entries(tls)) {
    const to = path(`tls.${name}`);
    await copyFile(from, to);
    await chmod(to, 0o600);
    if (owner !== undefined) await chown(to, owner.uid, owner.gid);
  }
  const files = ["ssl_ca_file=tls.ca", "ssl_cert_file=tls.cert", "ssl_key_file=tls.key"];
  return ["ssl=on", ...files].flatMap((setting) => ["-c", setting]);
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [databaseName]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE "${databaseName}"`);
  } finally {
    await client.end();
  }
}

/**
 * Starts PostgreSQL on loopback alone (no Unix socket), with password sign-in, and a database `tapline`.
 * What an earlier run left running in `dataDir` is ended first.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const programs = await postgresPrograms();
  await ownedFolder(options.dataDir, programs.owner);
  const dataDir = await realpath(options.dataDir);
  const password = options.password ?? randomBytes(24).toString("hex");
  await stopLeftover(dataDir, "postmaster.pid", "SIGINT");
  const isFilled = await pathExists(join(dataDir, "PG_VERSION"));
  if (!isFilled) await createCluster(dataDir, programs, password);
  const port = options.port ?? (await freePort());
  const tlsArguments = await writeAccess(dataDir, programs.owner, options);
  const parameters = peerParameters(options.tls);
  const serverUrl = `postgresql://${databaseName}:${password}@127.0.0.1:${port}`;
  const server = await startServer({
    name: "PostgreSQL",
    program: join(programs.binDir, "postgres"),
    args: [
      ...["-D", programs.owner === undefined ? dataDir : dataDirFromWithin],
      ...["-h", "127.0.0.1", "-p", String(port), "-k", ""],
      ...tlsArguments,
      ...(options.durable === false ? ["-c", "fsync=off", "-c", "full_page_writes=off"] : []),
    ],
    options: spawnOptions(dataDir, programs.owner),
    logFile: options.logFile,
    url: `${serverUrl}/${databaseName}${parameters}`,
    port,
    stopSignal: "SIGINT",
    isReady: () => connects(`${serverUrl}/postgres${parameters}`),
    readyTimeoutMs: 60_000,
  });
  await ensureDatabase(`${serverUrl}/postgres${parameters}`).catch(async (error) => {
    await server.stop();
    throw error;
  });
  return server;
}
