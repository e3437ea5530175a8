/**
 * Writes the migration that leads from prisma/migrations to prisma/schema.prisma:
 *   node tools/database/author-migration.ts add_reader        a new one, now
 *   node tools/database/author-migration.ts 20261123152000_x  that one anew, as long as it has not been released
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { startPostgres } from "../servers/index.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { migrationsDir, readMigrations } from "./read-migrations.ts";
import { diffToSchema } from "./schema-engine.ts";

const namePattern = /^(\d{14}_)?[a-z][a-z0-9_]*$/;

/** The SQL that is missing after those migrations that sort before `folderName`. */
async function missingSql(folderName: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "tapline-migration-"));
  const earlier = (await readMigrations()).filter((migration) => migration.name < folderName);
  const migrations = join(work, "migrations");
  await mkdir(migrations);
  for (const { name } of earlier)
    await cp(join(migrationsDir, name), join(migrations, name), { recursive: true });
  const postgres = await startPostgres({
    dataDir: join(work, "postgres"),
    logFile: join(work, "postgres.log"),
    durable: false,
  });
  try {
    await applyMigrations(postgres.url, migrations);
    return await diffToSchema(postgres.url);
  } finally {
    await postgres.stop();
    await rm(work, { recursive: true, force: true });
  }
}

async function authorMigration(name: string): Promise<string> {
  if (!namePattern.test(name))
    throw new TaplineError("invalid-input", `a migration's name is in snake_case, unlike "${name}"`);
  const timestamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folderName = /^\d{14}_/.test(name) ? name : `${timestamp}_${name}`;
  const sql = await missingSql(folderName);
  if (sql.trim() === "" || sql.startsWith("-- This is an empty migration")) return "nothing is missing";
  await mkdir(join(migrationsDir, folderName), { recursive: true });
  await writeFile(join(migrationsDir, folderName, "migration.sql"), sql);
  return `prisma/migrations/${folderName}/migration.sql`;
}

process.stdout.write(`${await authorMigration(process.argv[2] ?? "")}\n`);
