import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recipientsAmong } from "@tapline/core/encryption";
import { objectPaths, restoreCommand } from "@tapline/core/transfer";
import pg from "pg";
import type { DataFolder } from "./data-folder.ts";

/** What the database says stands in the archive. */
export type ArchiveCounts = Readonly<{ taps: number; segments: number }>;

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows[0];
  } finally {
    await client.end();
  }
}

/** Counts the archive's index. */
export async function countArchive(databaseUrl: string): Promise<ArchiveCounts> {
  const sql = "SELECT coalesce(sum(taps), 0)::int AS taps, count(*)::int AS segments FROM segment";
  return (await query<{ taps: number; segments: number }>(databaseUrl, sql)) ?? { taps: 0, segments: 0 };
}

/**
 * The command that restores the newest archived object with standard tools alone; undefined while the archive is
 * empty. It works from any folder, as long as the data folder stays where it is.
 */
export async function newestRestoreCommand(
  databaseUrl: string,
  folder: DataFolder,
): Promise<string | undefined> {
  const row = await query<{ id: string; skis: string[] }>(
    databaseUrl,
    "SELECT id, ARRAY(SELECT ski FROM segment_key WHERE segment_id = segment.id) AS skis FROM segment " +
      "ORDER BY archived_at DESC, id DESC LIMIT 1",
  );
  if (row === undefined) return undefined;
  const pair = await pairFor(row.skis, folder.pki);
  const paths = objectPaths(row.id);
  await mkdir(folder.restored, { recursive: true, mode: 0o700 });
  return restoreCommand({
    object: join(folder.archive, paths.object),
    manifest: join(folder.archive, paths.manifest),
    signature: join(folder.archive, paths.signature),
    trust: join(folder.pki, "trust.pem"),
    cert: join(folder.pki, `${pair}.crt`),
    key: join(folder.pki, `${pair}.key`),
    out: join(folder.restored, `segment-${row.id}.ndjson.gz`),
  });
}

/** The name of a pair in the folder that opens what is encrypted to `skis`; after rotations there are several. */
async function pairFor(skis: readonly string[], pki: string): Promise<string> {
  const files = new Set(await readdir(pki));
  const names = [...files].flatMap((file) => (file.endsWith(".crt") ? [file.slice(0, -4)] : []));
  const read = async (name: string) => [name, await readFile(join(pki, `${name}.crt`), "utf8")] as const;
  const pairs = names.filter((name) => files.has(`${name}.key`)).sort();
  const recipients = recipientsAmong(Object.fromEntries(await Promise.all(pairs.map(read))));
  return skis.flatMap((ski) => recipients.get(ski) ?? []).sort()[0] ?? "archive";
}

/** Writes `newestRestoreCommand` into a script in the data folder and returns its path. */
export async function writeRestoreScript(
  databaseUrl: string,
  folder: DataFolder,
): Promise<string | undefined> {
  const command = await newestRestoreCommand(databaseUrl, folder);
  if (command === undefined) return undefined;
  const path = join(folder.root, "restore-newest.sh");
  await writeFile(
    path,
    `#!/bin/sh\n# Verifies, decrypts and shows the object that was the newest when this was written.\n${command}\n`,
    {
      mode: 0o600,
    },
  );
  return path;
}
