import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type pg from "pg";
import { type Migration, migrationsDir, readMigrations } from "./read-migrations.ts";
import { whileMigrating } from "./while-migrating.ts";

type Applied = { migration_name: string; checksum: string; finished_at: Date | null };

function refuseUnfinished(applied: readonly Applied[]): void {
  const failed = applied.find((row) => row.finished_at === null);
  if (failed === undefined) return;
  throw new TaplineError(
    "conflict",
    `the migration ${failed.migration_name} failed earlier and is not settled`,
    {
      remedy: `mend the cause, delete its row from "_prisma_migrations" (nothing of it was applied), and start again`,
      facts: { migration: failed.migration_name },
    },
  );
}

function refuseChanged(applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const row of applied) {
    const own = migrations.find((migration) => migration.name === row.migration_name);
    if (own?.checksum === row.checksum) continue;
    const what = own === undefined ? "is unknown to this version" : "was changed after it had been applied";
    throw new TaplineError("conflict", `the migration ${row.migration_name} of the database ${what}`, {
      remedy:
        "run the version of Tapline that made this database, or a newer one; never edit an applied migration",
      facts: { migration: row.migration_name },
    });
  }
}

const insertRow = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name`;

/**
 * Runs one script whole or not at all, with its row: a run that is killed leaves nothing, and the next one applies it. A failure leaves an
 * unfinished row that stops every later run.
 */
async function applyOne(client: pg.Client, { checksum, name, script }: Migration): Promise<void> {
  const id = randomUUID();
  try {
    await client.query("BEGIN");
    await client.query(script);
    await client.query(`${insertRow}, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`, [
      id,
      checksum,
      name,
    ]);
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK").catch(() => {
      throw new TaplineError("unavailable", `PostgreSQL went away during ${name}: ${messageOf(cause)}`, {
        remedy: "nothing of the migration was applied; see to the server, and start again",
        facts: { migration: name },
        cause,
      });
    });
    await client.query(`${insertRow}, logs) VALUES ($1, $2, $3, $4)`, [id, checksum, name, messageOf(cause)]);
    throw new TaplineError("conflict", `the migration ${name} failed: ${messageOf(cause)}`, {
      remedy:
        "nothing of it was applied; mend the cause and delete its unfinished row from _prisma_migrations",
      facts: { migration: name },
      cause,
    });
  }
}

async function applyLocked(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(await readFile(join(import.meta.dirname, "migrations-table.sql"), "utf8"));
  const { rows } = await client.query<Applied>(
    `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations"
     WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  refuseUnfinished(rows);
  refuseChanged(rows, migrations);
  const known = new Set(rows.map((row) => row.migration_name));
  const missing = migrations.filter((migration) => !known.has(migration.name));
  for (const migration of missing) await applyOne(client, migration);
  return missing.map((migration) => migration.name);
}

/**
 * Brings the database at `url` up to the migrations of `folder` and returns the names it applied. Several may call
 * at once: one works, the others wait. Throws `conflict` where the history does not fit, `unavailable` where nobody
 * answers at `url`.
 */
export async function applyMigrations(url: string, folder: string = migrationsDir): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return await whileMigrating(url, (client) => applyLocked(client, migrations));
}
