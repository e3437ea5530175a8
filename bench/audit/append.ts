import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AuditLog, auditRow, connectPrisma } from "@tapline/adapters/prisma";
import { type LogSigner, newEntry, pauseAfterMs } from "@tapline/core/audit";
import pg from "pg";
import { withDatabase } from "./with-database.ts";

const rowsPerInsert = 500;

/**
 * Entries per second, each in a signed checkpoint on disk; and the same rows by the same batches into a table of the same
 * columns and indexes that is no log.
 */
export async function appendsPerSecond(
  entries: number,
  signer: LogSigner,
): Promise<{ ours: number; plain: number }> {
  return await withDatabase(async (databaseUrl) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    const prisma = connectPrisma(databaseUrl);
    await client.connect();
    try {
      await client.query("CREATE TABLE plain (LIKE audit_entry INCLUDING ALL EXCLUDING CONSTRAINTS)");
      const batches = makeBatches(entries);
      const log = new AuditLog(prisma, signer.origin);
      const oursS = await seconds(async () => {
        let done = false;
        const sequencing = (async () => {
          while (!done || (await log.waiting()) > 0) {
            const pauseMs = pauseAfterMs(await log.sequence(signer, Date.now()));
            if (!done) await sleep(pauseMs);
          }
        })();
        for (const batch of batches) await insert(client, "audit_entry", batch);
        done = true;
        await sequencing;
      });
      const { size } = await log.head();
      if (size !== entries) throw new Error(`${size} of ${entries} entries are in the log`);
      const plainS = await seconds(async () => {
        for (const batch of batches) await insert(client, "plain", batch);
      });
      return { ours: entries / oursS, plain: entries / plainS };
    } finally {
      await client.end();
      await prisma.$disconnect();
    }
  });
}

type Row = ReturnType<typeof auditRow>;

function makeBatches(entries: number): Row[][] {
  const rows = Array.from({ length: entries }, (_, i) =>
    auditRow(
      newEntry(1_790_000_000_000 + i, randomBytes, {
        ...{ actor: { kind: "job", id: "transfer" }, action: "segment.archived", reason: null },
        subject: `segment/${i}`,
        facts: { taps: 1_000, archived: 1_000, manifestSha256: randomBytes(32).toString("hex") },
      }),
    ),
  );
  return Array.from({ length: Math.ceil(entries / rowsPerInsert) }, (_, i) =>
    rows.slice(i * rowsPerInsert, (i + 1) * rowsPerInsert),
  );
}

async function insert(
  client: pg.Client,
  table: "audit_entry" | "plain",
  rows: readonly Row[],
): Promise<void> {
  const columns = <Key extends keyof Row>(key: Key) => rows.map((row) => row[key]);
  await client.query(
    `INSERT INTO ${table} (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[])`,
    [
      ...[columns("id"), columns("actorKind"), columns("actorId"), columns("action"), columns("subject")],
      ...[
        columns("bytes").map((bytes) => Buffer.from(bytes)),
        columns("leafHash").map((hash) => Buffer.from(hash)),
      ],
    ],
  );
}

async function seconds(act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return (performance.now() - startedAt) / 1000;
}
