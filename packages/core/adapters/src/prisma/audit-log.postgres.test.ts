import {
  inclusionRanges,
  leafHash,
  makeLogKey,
  openLogSigner,
  rangeRoot,
  rootByInclusion,
  rootOf,
} from "@tapline/core/audit";
import { afterAll, beforeEach, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../tools/test-servers/index.ts";
import { recordAct } from "./acts.ts";
import { AuditLog, connectPrisma, type PrismaClient, recordOperation } from "./index.ts";

const origin = "tapline.test/log";
const act = { actor: { kind: "job", id: "test" } as const, reason: null };
const clients: PrismaClient[] = [];
/** The owner's hand. */
let prisma: PrismaClient;
let services: PrismaClient;
let log: AuditLog;

beforeEach(async () => {
  const url = await freshDatabase();
  prisma = connectPrisma(url);
  services = connectPrisma(servicesOf(url));
  clients.push(prisma, services);
  log = new AuditLog(services, origin);
});
afterAll(() => Promise.all(clients.map((client) => client.$disconnect())));

const record = (subject: string): Promise<void> =>
  recordOperation(services, act, { action: "buffer.opened", subject, facts: {} }, 1);

/** Writes many entries at once; what they say does not matter here. */
async function recordMany(count: number): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    SELECT gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/' || n, bytes, sha256('\\x00'::bytea || bytes)
    FROM generate_series(1, ${count}) AS n, LATERAL (SELECT convert_to(n::text, 'UTF8') AS bytes) AS entry`;
}

const signer = openLogSigner(makeLogKey(), origin);

async function leaves(): Promise<Uint8Array[]> {
  const rows = await prisma.auditLeaf.findMany({ orderBy: { index: "asc" } });
  expect(rows.map(({ index }) => Number(index))).toEqual([...rows.keys()]);
  return rows.map((row) => row.leafHash);
}

const signed = async () => signer.readHead((await log.head()).signed?.note ?? "");
const headOver = (all: readonly Uint8Array[]) => ({ size: all.length, root: Buffer.from(rootOf(all)) });

test("every entry gets one place, and the checkpoint covers them all", async () => {
  for (const subject of ["a/1", "a/2", "a/3"]) await record(subject);
  expect(await log.isAwaited()).toBe(true);
  expect(await log.sequence(signer, 5)).toBe(3);
  expect(await log.isAwaited()).toBe(false);
  const root = rootOf(await leaves());
  expect(await log.head()).toMatchObject({
    size: 3,
    signed: { size: 3, note: signer.signHead(3, root), atEpochMs: 5 },
  });
  const entries = await log.entries(0, 3);
  expect(entries.map((bytes) => JSON.parse(Buffer.from(bytes).toString()).subject)).toEqual([
    "a/1",
    "a/2",
    "a/3",
  ]);
  expect(entries.map((bytes) => leafHash(bytes))).toEqual((await leaves()).map((hash) => Buffer.from(hash)));
  expect(await log.sequence(signer, 6)).toBe(0);
});

test("an empty log has a checkpoint too, and no more than one until there is something new", async () => {
  expect(await log.sequence(signer, 5)).toBe(0);
  expect((await log.head()).signed).toMatchObject({ size: 0, atEpochMs: 5 });
  await log.sequence(signer, 6);
  expect((await log.head()).signed?.atEpochMs).toBe(5);
});

test("under another name the log begins with all that was recorded, and both names go on side by side", async () => {
  await recordMany(600);
  while ((await log.sequence(signer, 1)) > 0);
  const other = openLogSigner(makeLogKey(), "tapline.test/other");
  const renamed = new AuditLog(services, other.origin);
  await record("a/1");
  expect(await renamed.sequence(other, 2)).toBe(1);
  const all = await leaves();
  expect(other.readHead((await renamed.head()).signed?.note ?? "")).toMatchObject(headOver(all));
  expect(await signed()).toMatchObject(headOver(all.slice(0, 600)));
  await record("a/2");
  expect(await log.sequence(signer, 3)).toBe(1);
  expect(await signed()).toMatchObject(headOver(await leaves()));
  expect(await renamed.sequence(other, 4)).toBe(0);
  expect(await renamed.head()).toMatchObject({ size: 602, signed: { size: 602 } });
});

test("its tiles prove every entry", async () => {
  await recordMany(70_000);
  while ((await log.sequence(signer, 1)) > 0);
  const all = await leaves();
  const { size, root } = headOver(all);
  expect(await signed()).toMatchObject({ size: 70_000, root });
  expect((await log.tile(2, 0)).length).toBe(1);
  const readTile = (level: number, index: number): Promise<Uint8Array[]> => log.tile(level, index);
  for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
    const path = await Promise.all(inclusionRanges(index, size).map((range) => rangeRoot(range, readTile)));
    expect(rootByInclusion(all[index] as Uint8Array, index, size, path)).toEqual(root);
  }
});

test("many writers and several sequencers leave no gap and no double", async () => {
  let writing = true;
  const sequencers = Array.from({ length: 3 }, async () => {
    const own = new AuditLog(services, origin);
    while (writing) await own.sequence(signer, 1);
  });
  await Promise.all(
    Array.from({ length: 8 }, async (_, w) => {
      for (let i = 0; i < 20; i++) await record(`w${w}/${i}`);
    }),
  );
  writing = false;
  await Promise.all(sequencers);
  await log.sequence(signer, 1);
  const all = await leaves();
  expect(all).toHaveLength(160);
  expect(await signed()).toMatchObject(headOver(all));
  expect(await prisma.$queryRaw`SELECT count(*)::int AS waiting FROM audit_pending`).toEqual([
    { waiting: 0 },
  ]);
});

test("a sequencer that fails before its end has changed nothing", async () => {
  await record("a/1");
  const signHead = (): never => {
    throw new Error("the key is gone");
  };
  await expect(log.sequence({ ...signer, signHead }, 1)).rejects.toThrow("the key is gone");
  expect(await prisma.auditLeaf.count()).toBe(0);
  expect(await log.sequence(signer, 1)).toBe(1);
});

test("an act that was rolled back leaves no entry", async () => {
  const undone = prisma.$transaction(async (tx) => {
    await recordAct(tx, act, { action: "buffer.opened", subject: "a/1", facts: {} }, 1);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await log.sequence(signer, 1);
  expect((await log.head()).size).toBe(0);
});

test.each([
  `UPDATE audit_leaf SET leaf_hash = ''`,
  `DELETE FROM audit_leaf`,
  `TRUNCATE audit_leaf`,
  `DELETE FROM audit_node`,
  `UPDATE audit_entry SET action = 'x'`,
  `DELETE FROM audit_head`,
])("nobody who forgets himself can %s", async (sql) => {
  await record("a/1");
  await log.sequence(signer, 1);
  await expect(prisma.$executeRawUnsafe(sql)).rejects.toThrow("append-only");
});

test("older notes of witness and archive do not replace newer ones", async () => {
  await recordMany(3);
  await log.sequence(signer, 1);
  for (const size of [3, 2]) {
    await log.keepCosigned({ size, note: `cosigned ${size}`, atEpochMs: size });
    await log.keepArchived({ size, note: `archived ${size}`, atEpochMs: size });
  }
  expect(await log.head()).toMatchObject({
    cosigned: { size: 3, note: "cosigned 3" },
    archived: { size: 3, note: "archived 3" },
  });
});

test("the head of the log goes neither back nor ahead of the entries, whoever asks for it", async () => {
  await record("a/1");
  await log.sequence(signer, 1);
  for (const change of ["size = 0", "archived_size = -1", "origin = 'other'"])
    await expect(prisma.$executeRawUnsafe(`UPDATE audit_head SET ${change}`)).rejects.toThrow(
      "only goes forward",
    );
  await expect(prisma.$executeRaw`UPDATE audit_head SET size = 2`).rejects.toThrow("has not 2 entries");
  for (const column of ["cosigned_size", "archived_size"])
    await expect(prisma.$executeRawUnsafe(`UPDATE audit_head SET ${column} = 2`)).rejects.toThrow(
      "audit_head_within",
    );
});
