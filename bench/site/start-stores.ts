import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMigrations, openServicesRole } from "../../tools/database/index.ts";
import { startPostgres, startRedis } from "../../tools/servers/index.ts";

/** A Redis and a PostgreSQL as an installation has them: what they have taken is on disk. */
export type Stores = {
  /** A folder of its own, gone in the end. */
  readonly dir: string;
  readonly redisUrl: string;
  readonly redisPid: number;
  /** Of the database's owner. */
  readonly databaseUrl: string;
  /** Of the role as which services sign in. */
  readonly servicesUrl: string;
  readonly stop: () => Promise<void>;
};

export async function startStores(): Promise<Stores> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const [redis, postgres] = await Promise.all([
    startRedis({ dataDir: join(dir, "redis") }),
    startPostgres({ dataDir: join(dir, "postgres"), logFile: join(dir, "postgres.log") }),
  ]);
  await applyMigrations(postgres.url);
  return {
    ...{ dir, redisUrl: redis.url, redisPid: redis.pid, databaseUrl: postgres.url },
    servicesUrl: await openServicesRole(postgres.url, randomBytes(16).toString("hex")),
    stop: async () => {
      await Promise.all([redis.stop(), postgres.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
