import { readFile } from "node:fs/promises";
import { AuditLog, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { fullRoot, type LogSigner, tileWidth } from "@tapline/core/audit";
import pg from "pg";
import { withDatabase } from "./with-database.ts";

const entriesPerStatement = 200_000;
const hashBytes = 32;

/** A log of many entries in a database of its own, as it stands after years. */
export type LargeLog = {
  readonly prisma: PrismaClient;
  readonly log: AuditLog;
  readonly size: number;
  readonly databaseUrl: string;
};

/**
 * @param entries how many; written past the triggers, with the tiles' hashes made by us
 * @param recordFirst writes the first entry, in the usual way
 */
export async function withLargeLog<Result>(
  entries: number,
  signer: LogSigner,
  recordFirst: (prisma: PrismaClient) => Promise<void>,
  use: (large: LargeLog) => Promise<Result>,
): Promise<Result> {
  return await withDatabase(async (databaseUrl) => {
    const prisma = connectPrisma(databaseUrl);
    const log = new AuditLog(prisma, signer.origin);
    await recordFirst(prisma);
    await log.sequence(signer, Date.now());
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await fill(client, entries);
    } finally {
      await client.end();
    }
    try {
      await log.sequence(signer, Date.now());
      const { size } = await log.head();
      if (size !== entries) throw new Error(`the log has ${size} entries instead of ${entries}`);
      return await use({ prisma, log, size, databaseUrl });
    } finally {
      await prisma.$disconnect();
    }
  });
}

async function fill(client: pg.Client, entries: number): Promise<void> {
  // Entries that a trigger would let wait for their places have them already.
  await client.query("SET session_replication_role = replica");
  const sql = await readFile(new URL("./fill-log.sql", import.meta.url), "utf8");
  for (let at = 1; at < entries; at += entriesPerStatement)
    await client.query(sql, [at, Math.min(entries, at + entriesPerStatement)]);
  let hashes = await fillLevel(client, 1, entries, async (start, end) => {
    const { rows } = await client.query<{ hashes: Buffer }>(
      "SELECT string_agg(leaf_hash, '' ORDER BY index) AS hashes FROM audit_leaf WHERE index >= $1 AND index < $2",
      [start, end],
    );
    return rows[0]?.hashes ?? Buffer.alloc(0);
  });
  for (let level = 2; hashes.length >= tileWidth; level++) {
    const below = Buffer.concat(hashes);
    hashes = await fillLevel(client, level, hashes.length, async (start, end) =>
      below.subarray(start * hashBytes, end * hashBytes),
    );
  }
  await client.query("VACUUM (FREEZE, ANALYZE)");
  await client.query("CHECKPOINT");
}

/** The roots of full tiles of `count` hashes, kept as hashes of `level`. */
async function fillLevel(
  client: pg.Client,
  level: number,
  count: number,
  read: (start: number, end: number) => Promise<Buffer>,
): Promise<Uint8Array[]> {
  const roots: Uint8Array[] = [];
  const step = tileWidth * tileWidth;
  const full = Math.floor(count / tileWidth) * tileWidth;
  for (let start = 0; start < full; start += step) {
    const bytes = await read(start, Math.min(full, start + step));
    for (let at = 0; at < bytes.length; at += tileWidth * hashBytes)
      roots.push(
        fullRoot(
          Array.from({ length: tileWidth }, (_, i) =>
            bytes.subarray(at + i * hashBytes, at + (i + 1) * hashBytes),
          ),
        ),
      );
  }
  await client.query(
    "INSERT INTO audit_node (level, index, hash) SELECT $1, i - 1, hash FROM unnest($2::bytea[]) WITH ORDINALITY AS made (hash, i)",
    [level, roots.map((root) => Buffer.from(root))],
  );
  return roots;
}
