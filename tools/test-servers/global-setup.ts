/** One Redis, one PostgreSQL and one sshd for all files of a project of tests with real servers. */
import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { applyMigrations, openServiceRoles, openServicesRole } from "../database/index.ts";
import { createDatabase, removeWhenGone, startPostgres, startRedis } from "../servers/index.ts";
import { provision } from "./provision.ts";
import { type Sshd, startSshd } from "./start-sshd.ts";

/** The database that each test's own is copied from. Nobody may be connected to it. */
export const templateName = "tapline_template";

declare module "vitest" {
  interface ProvidedContext {
    /** The Go compiler's path. Null where it is missing. */
    go: string | null;
    /** A running Redis; take a key prefix of your own, and never flush. */
    redisUrl: string;
    /** A running PostgreSQL; take a database by `freshDatabase()`. */
    postgresUrl: string;
    /** Of the roles as which services sign in to it: `servicesOf()`, `serviceOf()`. */
    servicesPassword: string;
    /** A running OpenSSH server; work in a folder of your own. Null where OpenSSH is missing. */
    sshd: Omit<Sshd, "stop"> | null;
    /** Whether ProFTPD's mod_sftp can be run: `startProftpd`. */
    proftpd: boolean;
    /** Chromium's path. Null where it is missing. */
    chromium: string | null;
    /** The program that makes network namespaces. Null where it is missing, or may not. */
    ip: string | null;
  }
}

/** Vitest calls this once before the project's first test; what it returns runs after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => process.stderr.write(`[test servers] ${line}\n`);
  const { sshd: sshdPath, chromium, go, ip, proftpd } = await provision(say);
  const dir = await mkdtemp(join(tmpdir(), "tapline-test-"));
  removeWhenGone(dir);
  const [redis, postgres, sshd] = await Promise.all([
    startRedis({ dataDir: join(dir, "redis"), durable: false }),
    startPostgres({ dataDir: join(dir, "postgres"), logFile: join(dir, "postgres.log"), durable: false }),
    sshdPath === undefined ? undefined : startSshd(),
  ]);
  const template = await createDatabase(postgres.url, templateName);
  await applyMigrations(template);
  const servicesPassword = randomBytes(16).toString("hex");
  await openServicesRole(template, servicesPassword);
  await openServiceRoles(template, () => servicesPassword);
  project.provide("redisUrl", redis.url);
  project.provide("postgresUrl", postgres.url);
  project.provide("servicesPassword", servicesPassword);
  project.provide("proftpd", proftpd !== undefined);
  project.provide("go", go ?? null);
  project.provide("chromium", chromium ?? null);
  project.provide("ip", ip ?? null);
  if (sshd === undefined) project.provide("sshd", null);
  else {
    const { stop: _stop, ...facts } = sshd;
    project.provide("sshd", facts);
  }
  return async () => {
    await Promise.all([redis.stop(), postgres.stop(), sshd?.stop()]);
  };
}
