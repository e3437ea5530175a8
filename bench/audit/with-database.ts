import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMigrations } from "../../tools/database/index.ts";
import { startPostgres } from "../../tools/servers/index.ts";

/** A PostgreSQL of its own, as durable as an installation's, for as long as `use` runs. */
export async function withDatabase<Result>(use: (databaseUrl: string) => Promise<Result>): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-bench-"));
  const server = await startPostgres({ dataDir: join(dir, "postgres"), logFile: join(dir, "postgres.log") });
  try {
    await applyMigrations(server.url);
    return await use(server.url);
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
