import { inclusionRanges, leafHash, rangeRoot, rootByInclusion, rootOf } from "@tapline/core/audit";
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

const sign = (size: number, root: Uint8Array): string => `${size} ${Buffer.from(root).toString("hex")}`;

async function leaves(): Promise<Uint8Array[]> {
  const rows = await prisma.auditLeaf.findMany({ orderBy: { index: "asc" } });
  expect(rows.map(({ index }) => Number(index))).toEqual([...rows.keys()]);
  return rows.map((row) => row.leafHash);
}

test("every entry gets one place, and the checkpoint covers them all", async () => {
  for (const subject of ["a/1", "a/2", "a/3"]) await record(subject);
  expect(await log.sequence(sign, 5)).toBe(3);
  const root = rootOf(await leaves());
  expect(await log.head()).toMatchObject({
    size: 3,
    root,
    signed: { size: 3, note: sign(3, root), atEpochMs: 5 },
  });
  const entries = await log.entries(0, 3);
  expect(entries.map((bytes) => JSON.parse(Buffer.from(bytes).toString()).subject)).toEqual([
    "a/1",
    "a/2",
    "a/3",
  ]);
  expect(entries.map((bytes) => leafHash(bytes))).toEqual((await leaves()).map((hash) => Buffer.from(hash)));
  expect(await log.sequence(sign, 6)).toBe(0);
});

test("an empty log has a checkpoint too, and no more than one until there is something new", async () => {
  expect(await log.sequence(sign, 5)).toBe(0);
  expect((await log.head()).signed).toMatchObject({ size: 0, atEpochMs: 5 });
  await log.sequence(sign, 6);
  expect((await log.head()).signed?.atEpochMs).toBe(5);
});

test("under another name the log begins with all that was recorded, and both names go on side by side", async () => {
  await recordMany(600);
  while ((await log.sequence(sign, 1)) > 0);
  const renamed = new AuditLog(services, "tapline.test/other");
  await record("a/1");
  expect(await renamed.sequence(sign, 2)).toBe(1);
  const all = await leaves();
  expect(await renamed.head()).toMatchObject({ size: 601, root: rootOf(all) });
  expect(await log.head()).toMatchObject({ size: 600, root: rootOf(all.slice(0, 600)) });
  await record("a/2");
  expect(await log.sequence(sign, 3)).toBe(1);
  expect(await log.head()).toMatchObject({ size: 602, root: rootOf(await leaves()), signed: { size: 602 } });
  expect(await renamed.sequence(sign, 4)).toBe(0);
  expect(await renamed.head()).toMatchObject({ size: 602, signed: { size: 602 } });
});

test("its tiles prove every entry", async () => {
  await recordMany(70_000);
  while ((await log.sequence(sign, 1)) > 0);
  const all = await leaves();
  const { size, root } = await log.head();
  expect([size, root]).toEqual([70_000, rootOf(all)]);
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
    while (writing) await own.sequence(sign, 1);
  });
  await Promise.all(
    Array.from({ length: 8 }, async (_, w) => {
      for (let i = 0; i < 20; i++) await record(`w${w}/${i}`);
    }),
  );
  writing = false;
  await Promise.all(sequencers);
  await log.sequence(sign, 1);
  const all = await leaves();
  expect(all).toHaveLength(160);
  expect((await log.head()).root).toEqual(rootOf(all));
  expect(await prisma.$queryRaw`SELECT count(*)::int AS waiting FROM audit_pending`).toEqual([
    { waiting: 0 },
  ]);
});

test("a sequencer that fails before its end has changed nothing", async () => {
  await record("a/1");
  const failing = (): never => {
    throw new Error("the key is gone");
  };
  await expect(log.sequence(failing, 1)).rejects.toThrow("the key is gone");
  expect(await prisma.auditLeaf.count()).toBe(0);
  expect(await log.sequence(sign, 1)).toBe(1);
});

test("an act that was rolled back leaves no entry", async () => {
  const undone = prisma.$transaction(async (tx) => {
    await recordAct(tx, act, { action: "buffer.opened", subject: "a/1", facts: {} }, 1);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await log.sequence(sign, 1);
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
  await log.sequence(sign, 1);
  await expect(prisma.$executeRawUnsafe(sql)).rejects.toThrow("append-only");
});

test("older notes of witness and archive do not replace newer ones", async () => {
  await log.sequence(sign, 1);
  for (const size of [3, 2]) {
    await log.keepCosigned({ size, note: `cosigned ${size}`, atEpochMs: size });
    await log.keepArchived({ size, note: `archived ${size}`, atEpochMs: size });
  }
  expect(await log.head()).toMatchObject({
    cosigned: { size: 3, note: "cosigned 3" },
    archived: { size: 3, note: "archived 3" },
  });
});

test("the head of the log never goes back, whoever asks for it", async () => {
  await record("a/1");
  await log.sequence(sign, 1);
  for (const change of ["size = 0", "archived_size = -1", "origin = 'other'"])
    await expect(prisma.$executeRawUnsafe(`UPDATE audit_head SET ${change}`)).rejects.toThrow(
      "only goes forward",
    );
});
