import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { asService, asServices, type Service } from "../database/index.ts";
import {
  createDatabase,
  type PeerFiles,
  type PostgresOptions,
  removeWhenGone,
  startPostgres,
  startRedis,
} from "../servers/index.ts";
import { templateName } from "./global-setup.ts";

const unique = () => randomBytes(6).toString("hex");

/** A new, migrated, empty database on the run's PostgreSQL: its owner's URL. Cheap (a copy of a template). */
export function freshDatabase(): Promise<string> {
  return createDatabase(inject("postgresUrl"), `test_${unique()}`, templateName);
}

/** The database of `freshDatabase()` as the services sign in to it: its audit log cannot be changed so. */
export function servicesOf(databaseUrl: string): string {
  return asServices(databaseUrl, inject("servicesPassword"));
}

/** The same as one service signs in to it, with the rights of that one alone. */
export function serviceOf(databaseUrl: string, service: Service): string {
  return asService(databaseUrl, service, inject("servicesPassword"));
}

/** The run's Redis, with a key prefix that is yours alone. */
export function sharedRedis(): { url: string; prefix: string } {
  return { url: inject("redisUrl"), prefix: `test:${unique()}` };
}

/** The run's OpenSSH server, with `rootDir` and `url` leading to a new folder that is yours alone. */
export async function sharedSshd() {
  const sshd = inject("sshd");
  if (sshd === null)
    throw new Error("OpenSSH is missing on this machine: skip the test by inject('sshd') === null");
  const rootDir = join(sshd.rootDir, unique());
  await mkdir(rootDir);
  return { ...sshd, rootDir, url: `sftp://${sshd.user}@${sshd.host}:${sshd.port}${rootDir}` };
}

/** A temporary folder that is removed when this process ends. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-test-"));
  removeWhenGone(dir);
  return dir;
}

/** A Redis of your own, durable as in production: for tests that kill or wipe it. Stop it when done. */
export async function ownRedis(
  options: { port?: number; dataDir?: string; password?: string; tls?: PeerFiles } = {},
) {
  const dataDir = options.dataDir ?? join(await temporaryFolder(), "redis");
  const server = await startRedis({ ...options, dataDir });
  return { ...server, dataDir };
}

/** A PostgreSQL of your own, not migrated: for tests that kill it. Stop it when done. */
export async function ownPostgres(options: Partial<PostgresOptions> = {}) {
  const dataDir = options.dataDir ?? join(await temporaryFolder(), "postgres");
  const server = await startPostgres({ ...options, dataDir, logFile: `${dataDir}.log` });
  return { ...server, dataDir };
}
