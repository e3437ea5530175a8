import { randomBytes } from "node:crypto";
import { appendFile, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kpiSpanSchema } from "@tapline/core/kpi";
import pg from "pg";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { createDatabase } from "../servers/index.ts";
import { freshDatabase, temporaryFolder } from "../test-servers/index.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { migrationsDir, readMigrations } from "./read-migrations.ts";
import { diffToSchema } from "./schema-engine.ts";

let url: string;
let folder: string;

async function query(sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "migration.sql"), sql);
}

beforeEach(async () => {
  url = await createDatabase(inject("postgresUrl"), `migrations_${randomBytes(6).toString("hex")}`);
  folder = join(await temporaryFolder(), "migrations");
  await cp(migrationsDir, folder, { recursive: true });
});

describe("applying migrations", () => {
  it("applies all once, then none", async () => {
    const names = (await readMigrations()).map((migration) => migration.name);
    expect(await applyMigrations(url, folder)).toEqual(names);
    expect(await applyMigrations(url, folder)).toEqual([]);
  });

  it("lets one of several work while the others wait", async () => {
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(url, folder)));
    expect(applied.map((names) => names.length).sort()).toEqual([0, 0, (await readMigrations()).length]);
  });

  it("applies a failing migration not at all, and refuses to go on after it", async () => {
    await applyMigrations(url, folder);
    await addMigration("20990101000000_bad", "CREATE TABLE half (id int); SELECT 1/0;");
    await expect(applyMigrations(url, folder)).rejects.toMatchObject({ code: "conflict" });
    expect((await query("SELECT to_regclass('half') AS half")).rows).toEqual([{ half: null }]);
    await expect(applyMigrations(url, folder)).rejects.toThrow("20990101000000_bad failed earlier");
  });

  it("applies a migration anew that was cut off within, and asks nobody to settle it", async () => {
    await applyMigrations(url, folder);
    await addMigration("20990101000000_slow", "CREATE TABLE half (id int); SELECT pg_advisory_xact_lock(7);");
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("SELECT pg_advisory_lock(7)");
    const cutOff = expect(applyMigrations(url, folder)).rejects.toMatchObject({ code: "unavailable" });
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await holder.query(end)).rowCount).toBe(1);
    await cutOff;
    await holder.end();
    expect(await applyMigrations(url, folder)).toEqual(["20990101000000_slow"]);
  });

  it("refuses a database whose migration was changed afterwards", async () => {
    await applyMigrations(url, folder);
    const [first] = await readMigrations(folder);
    await appendFile(join(folder, first!.name, "migration.sql"), "-- changed\n");
    await expect(applyMigrations(url, folder)).rejects.toThrow("was changed after it had been applied");
  });

  it("refuses a database that a newer version has migrated", async () => {
    await addMigration("20990101000000_newer", "CREATE TABLE newer (id int);");
    await applyMigrations(url, folder);
    await expect(applyMigrations(url, migrationsDir)).rejects.toThrow("is unknown to this version");
  });

  it("says so when no server answers", async () => {
    const nobody = "postgresql://tapline:x@127.0.0.1:9/tapline";
    await expect(applyMigrations(nobody)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("the migrations", () => {
  it("lead exactly to prisma/schema.prisma", async () => {
    expect(await diffToSchema(await freshDatabase())).toMatch(/^\s*(-- This is an empty migration\.\s*)?$/);
  });

  it("take the minutes that earlier releases kept of KPIs over into the spans, where these lack them", async () => {
    for (const name of await readdir(folder))
      if (name >= "20261129153600" && name < "3") await rm(join(folder, name), { recursive: true });
    await applyMigrations(url, folder);
    const minute = (startEpochMs: number) => ({
      ...{ startEpochMs, resolutionMs: 60_000, ingested: 9, archived: 7, duplicates: 1, segments: 2 },
      ...{ rejects: { unsigned: 2, schema: 1 }, archiveBytes: 10, backlog: 3, oldestAgeMs: null },
      tapToArchiveMs: { zero: 1, buckets: [[5, 6]] },
    });
    for (const at of [60_000, 120_000])
      await query(
        `INSERT INTO kpi_rollup VALUES (60000, to_timestamp(${at / 1_000}), '${JSON.stringify(minute(at))}')`,
      );
    await query("INSERT INTO kpi_span VALUES (60000, '', 'all', to_timestamp(120), '{}')");
    await applyMigrations(url);
    const { rows } = await query("SELECT span FROM kpi_span ORDER BY start");
    expect(rows[1]).toEqual({ span: {} });
    expect(kpiSpanSchema.parse(rows[0]?.span)).toMatchObject({
      ...{ scope: {}, startEpochMs: 60_000, levels: { "backlog.taps": 3, "backlog.oldest_ms": 0 } },
      counts: { "tap.ingested": 9, "tap.archived": 7, "tap.rejected": 3, "tap.duplicate": 1 },
      times: { "tap.to_archive_ms": { zero: 1, buckets: [[5, 6]] } },
    });
  });

  it("let an audit entry be added, and neither changed nor removed", async () => {
    await applyMigrations(url);
    const insert = `INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
      VALUES (gen_random_uuid(), 'job', 'test', 'a', 'b', '', sha256('\\x00'))`;
    expect((await query(insert)).rowCount).toBe(1);
    const refused = [
      "UPDATE audit_entry SET action = 'x'",
      "DELETE FROM audit_entry",
      "TRUNCATE audit_entry CASCADE",
    ];
    for (const sql of refused) await expect(query(sql)).rejects.toThrow("append-only");
    expect((await query("SELECT action FROM audit_entry")).rows).toEqual([{ action: "a" }]);
  });
});
