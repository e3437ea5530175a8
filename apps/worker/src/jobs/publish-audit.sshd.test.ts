import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditLog, auditRow, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import { ArchivedLog, LogFiles, makeLogKey, newEntry, openLogSigner, walkLog } from "@tapline/core/audit";
import { messageOf } from "@tapline/core/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, sharedSshd } from "../../../../tools/test-servers/index.ts";
import { publishAudit } from "./publish-audit.ts";

const clients: PrismaClient[] = [];
let archive: SftpArchive;
let rootDir: string;
/** A log of its own in each test, since all share one archive. */
let signer: ReturnType<typeof openLogSigner>;
let files: LogFiles;

beforeEach(async () => {
  const sshd = await sharedSshd();
  ({ rootDir } = sshd);
  archive = new SftpArchive({ url: sshd.url, hostKeyPin: sshd.hostKeyPin, privateKey: sshd.privateKey });
  signer = openLogSigner(makeLogKey());
  files = new LogFiles(signer.origin);
});
afterEach(async () => {
  await archive.close();
  await Promise.all(clients.splice(0).map((client) => client.$disconnect()));
});

/** A database with a log of this name and key. */
async function openLog(): Promise<{ log: AuditLog; prisma: PrismaClient }> {
  const prisma = connectPrisma(await freshDatabase());
  clients.push(prisma);
  return { log: new AuditLog(prisma, signer.origin), prisma };
}

/** Writes entries `from` up to `end`, and gives them their places. */
async function grow(prisma: PrismaClient, log: AuditLog, from: number, end: number): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    SELECT gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/' || n, bytes, sha256('\\x00'::bytea || bytes)
    FROM generate_series(${from}::int, ${end - 1}::int) AS n,
      LATERAL (SELECT convert_to(n::text, 'UTF8') AS bytes) AS entry ORDER BY n`;
  while ((await log.sequence(signer, 1)) > 0);
}

const publish = (log: AuditLog) =>
  publishAudit({ auditLog: log, archive, logKey: signer.key, signal: new AbortController().signal });
const archived = () => new ArchivedLog(archive, signer.origin);
const walk = async (log = archived()) => {
  const checkpoints = await Array.fromAsync(log.checkpoints([signer.key]));
  return await walkLog(log.parts(checkpoints.at(-1)?.size ?? 0), checkpoints);
};

test("what the log grows by goes into the archive, where it is whole by itself", async () => {
  const { log, prisma } = await openLog();
  expect(await publish(log)).toBeNull();
  expect(await archived().newest([signer.key])).toBeNull();
  await grow(prisma, log, 0, 300);
  expect(await publish(log)).toMatchObject({ size: 300 });
  expect(await publish(log)).toMatchObject({ size: 300 });
  await grow(prisma, log, 300, 1_000);
  expect(await publish(log)).toMatchObject({ size: 1_000 });
  expect(await archived().newest([signer.key])).toMatchObject({
    size: 1_000,
    root: Buffer.from(await log.rootAt(1_000)),
  });
  expect(await walk()).toEqual({ is: "whole", size: 1_000 });
  const sizes = (await Array.fromAsync(archived().checkpoints([signer.key]))).map(({ size }) => size);
  expect(sizes).toEqual([300, 1_000]);
  // The tile that had 44 entries has become full, and what it was before is gone.
  expect(await archive.list(`${files.tile({ level: 0, index: 1, width: 256 })}.p`)).toEqual([]);
});

test("a database that was rolled back or rewritten does not continue what the archive holds", async () => {
  const { log, prisma } = await openLog();
  await grow(prisma, log, 0, 300);
  await publish(log);
  const rolledBack = await openLog();
  await grow(rolledBack.prisma, rolledBack.log, 0, 299);
  await expect(publish(rolledBack.log)).rejects.toThrow(
    "the archive holds 300 entries of the audit log, and the database 299",
  );
  await grow(rolledBack.prisma, rolledBack.log, 999, 1_010);
  await expect(publish(rolledBack.log)).rejects.toThrow(
    "is not the one of which the archive holds 300 entries",
  );
  expect((await archived().newest([signer.key]))?.size).toBe(300);
});

test("entries that nobody can read, or that speak of no segment, do not keep the log out of the archive", async () => {
  const { log, prisma } = await openLog();
  const archival = newEntry(1, randomBytes, {
    ...{
      actor: { kind: "job", id: "transfer" },
      action: "segment.archived",
      subject: "segment/foo",
      reason: null,
    },
    facts: { manifestSha256: "0".repeat(64) },
  });
  await prisma.auditEntry.create({ data: auditRow(archival) });
  await prisma.$executeRaw`
    INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    SELECT gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/1', bytes, sha256('\\x00'::bytea || bytes)
    FROM (VALUES ('[1]'::bytea), ('x'::bytea), (''::bytea)) AS planted (bytes)`;
  await grow(prisma, log, 0, 10);
  expect(await publish(log)).toMatchObject({ size: 14 });
  expect(await walk()).toEqual({ is: "whole", size: 14 });
});

test("an entry that was rewritten is not put into the archive", async () => {
  const { log, prisma } = await openLog();
  await grow(prisma, log, 0, 10);
  await prisma.$executeRawUnsafe("ALTER TABLE audit_entry DISABLE TRIGGER ALL");
  await prisma.$executeRaw`
    UPDATE audit_entry SET bytes = 'another', leaf_hash = sha256('\\x00'::bytea || 'another'::bytea) WHERE id = (SELECT entry_id FROM audit_leaf WHERE index = 4)`;
  await expect(publish(log)).rejects.toThrow("entry 4 of the audit log is not the one that was recorded");
  expect(await archived().newest([signer.key])).toBeNull();
});

test("one changed byte is found in a file of any kind, and so is one that is gone", {
  timeout: 240_000,
}, async () => {
  const { log, prisma } = await openLog();
  await grow(prisma, log, 0, 256 * 256 + 300);
  await publish(log);
  const size = 256 * 256 + 300;
  const found = async (): Promise<string> =>
    // As an auditor reads a copy of it.
    walk(new ArchivedLog(new DirectoryArchive(rootDir), signer.origin)).then(
      (walked) => JSON.stringify(walked),
      (error: unknown) => messageOf(error),
    );
  expect(await found()).toBe(`{"is":"whole","size":${size}}`);
  const kinds: [path: string, offset: number, finding: string][] = [
    [files.tile({ level: 0, index: 3, width: 256 }), 40 * 32, `{"is":"changed","indexes":[${3 * 256 + 40}`],
    [files.tile({ level: "entries", index: 5, width: 256 }), 2, `{"is":"changed","indexes":[${5 * 256}`],
    [files.tile({ level: 0, index: 257, width: 44 }), 5, `{"is":"changed","indexes":[${257 * 256}`],
    [files.tile({ level: "entries", index: 257, width: 44 }), 0, "it ends within an entry"],
    [files.tile({ level: 1, index: 0, width: 256 }), 7, "tile/1/000 does not fit the tiles below it"],
    [files.tile({ level: 1, index: 1, width: 1 }), 7, "tile/1/001.p/1 does not fit the tiles below it"],
    [files.tile({ level: 2, index: 0, width: 1 }), 7, "tile/2/000.p/1 does not fit the tiles below it"],
    [files.checkpoint(size), 60, "checkpoint"],
  ];
  for (const [path, offset, finding] of kinds) {
    const file = join(rootDir, path);
    const bytes = await readFile(file);
    const flipped = Buffer.from(bytes);
    flipped[offset] = (flipped[offset] ?? 0) ^ 1;
    await writeFile(file, flipped);
    expect(await found(), path).toContain(finding);
    await rm(file);
    expect(await found(), path).toMatch(/no such file|whole","size":0/i);
    await writeFile(file, bytes);
  }
  expect(await found()).toContain("whole");
});
