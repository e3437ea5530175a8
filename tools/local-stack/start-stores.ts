import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { applyMigrations, openServicesRole, prepareDatabase } from "../database/index.ts";
import { findRedis, pathExists, startPostgres, startRedis } from "../servers/index.ts";
import type { StackConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { type Kept, keepRunning, type Running } from "./keep-running.ts";
import { openLogFile } from "./log-file.ts";
import type { Secrets } from "./open-secrets.ts";

/** A store's URL, and the part behind it; undefined where somebody else runs it. */
export type Store = Readonly<{ url: string; part: Kept<Running> | undefined }>;

type Say = (line: string) => void;

/**
 * PostgreSQL, ours or the one in DATABASE_URL, with all migrations applied. In ours the services sign in as a role that cannot
 * change the audit log, with a password of this run alone.
 */
export async function startDatabase(
  config: StackConfig,
  folder: DataFolder,
  secrets: Secrets,
  port: number,
  say: Say,
): Promise<Store> {
  if (config.databaseUrl !== undefined) {
    await prepareDatabase(config.databaseUrl, config.databaseOwnerUrl ?? null);
    if (config.databaseOwnerUrl === undefined)
      say(
        "the services sign in as the owner of PostgreSQL's tables, who could rewrite the audit log; give them a role of their own: " +
          "docs/operations.md, Your own servers",
      );
    return { url: config.databaseUrl, part: undefined };
  }
  const isFirst = !(await pathExists(join(folder.postgres, "PG_VERSION")));
  if (isFirst) say("making the database");
  const logFile = openLogFile(folder.logs, "postgres");
  const start = () =>
    startPostgres({ dataDir: folder.postgres, logFile, port, password: secrets.postgresPassword });
  const part = await keepRunning("PostgreSQL", start, { say });
  const { url: ownerUrl } = part.current();
  try {
    await applyMigrations(ownerUrl);
    return { url: await openServicesRole(ownerUrl, randomBytes(32).toString("hex")), part };
  } catch (error) {
    await part.stop(2_000);
    throw error;
  }
}

/**
 * Redis, ours (an answered write is on disk) or the one in REDIS_URL. Ours has a password of this run alone: who takes
 * its port while it is down, and is told the password by a client, cannot use it after the next start.
 */
export async function startBufferStore(
  config: StackConfig,
  folder: DataFolder,
  port: number,
  say: Say,
): Promise<Store> {
  if (config.redisUrl !== undefined) return { url: config.redisUrl, part: undefined };
  const program = await findRedis(say);
  const logFile = openLogFile(folder.logs, "redis");
  const password = randomBytes(32).toString("hex");
  const start = () => startRedis({ dataDir: folder.redis, logFile, port, password, program });
  const part = await keepRunning("Redis", start, { say });
  return { url: part.current().url, part };
}
