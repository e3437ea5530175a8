import { formatNote, makeLogKey, openLogSigner, rootOf } from "@tapline/core/audit";
import { afterAll, beforeEach, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../tools/test-servers/index.ts";
import { AuditEntries, AuditLog, connectPrisma, type PrismaClient, recordOperation } from "./index.ts";

const signer = openLogSigner(makeLogKey(), "tapline.test/log");
const clients: PrismaClient[] = [];
let owner: PrismaClient;
/** Who has taken over a service signs in like this. */
let services: PrismaClient;
let log: AuditLog;

const act = { actor: { kind: "job", id: "test" } as const, reason: null };
const record = (subject: string): Promise<void> =>
  recordOperation(services, act, { action: "buffer.opened", subject, facts: {} }, 1);

beforeEach(async () => {
  const url = await freshDatabase();
  owner = connectPrisma(url);
  services = connectPrisma(servicesOf(url));
  clients.push(owner, services);
  log = new AuditLog(services, signer.origin);
  await record("a/1");
  await log.sequence(signer, 1);
});
afterAll(() => Promise.all(clients.map((client) => client.$disconnect())));

/** The root over what truly has a place, and how much that is. */
async function placed() {
  const rows = await owner.auditLeaf.findMany({ orderBy: { index: "asc" } });
  return { size: rows.length, root: Buffer.from(rootOf(rows.map(({ leafHash }) => leafHash))) };
}

const signed = async () => signer.readHead((await log.head()).signed?.note ?? "");

test("places that a service gave without a checkpoint are signed as what they are", async () => {
  for (const subject of ["a/2", "a/3"]) await record(subject);
  await services.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT * FROM sequence_entries(1)`;
    await tx.$executeRaw`UPDATE audit_head SET size = 2`;
  });
  for (const column of ["edge", "root"])
    await expect(services.$executeRawUnsafe(`UPDATE audit_head SET ${column} = ''`)).rejects.toThrow(
      "does not exist",
    );
  expect(await log.sequence(signer, 2)).toBe(1);
  expect(await signed()).toMatchObject(await placed());
});

const other = openLogSigner(makeLogKey(), signer.origin);
const emptyRoot = rootOf([]);

test.each([
  ["no note", "x"],
  ["one that another key signed", other.signHead(1_000, emptyRoot)],
  [
    "one with another text",
    formatNote({
      text: `${signer.origin}\n1000\n${Buffer.from(emptyRoot).toString("base64")}\n`,
      signatures: [{ name: signer.key.name, id: signer.key.id, bytes: new Uint8Array(64) }],
    }),
  ],
])("in place of the checkpoint a service puts %s, and it is signed anew", async (_what, note) => {
  await services.auditHead.update({ where: { origin: signer.origin }, data: { note } });
  expect(await log.sequence(signer, 2)).toBe(0);
  expect(await signed()).toMatchObject(await placed());
});

test("a log that is not the one that was signed last is not signed, whoever rewrote it", async () => {
  await record("a/2");
  await owner.$executeRaw`ALTER TABLE audit_leaf DISABLE TRIGGER USER`;
  await owner.$executeRaw`UPDATE audit_leaf SET leaf_hash = sha256('mine') WHERE index = 0`;
  await expect(log.sequence(signer, 2)).rejects.toMatchObject({
    code: "corrupt",
    message: expect.stringContaining("its first 1 entries lead to another root than the signed one"),
  });
  expect(await log.waiting()).toBe(1);
  await owner.$executeRaw`DELETE FROM audit_leaf`;
  await owner.$executeRaw`DELETE FROM audit_pending`;
  await expect(log.sequence(signer, 2)).rejects.toThrow("it has 0 entries, and 1 were signed");
});

test("an entry that waits although it has its place stops nobody, and gets no second place", async () => {
  await owner.$executeRaw`INSERT INTO audit_pending SELECT entry_id FROM audit_leaf, generate_series(1, 2)`;
  await record("a/2");
  expect(await log.sequence(signer, 2)).toBe(1);
  expect(await log.waiting()).toBe(0);
});

test.each([
  ["a leaf hash of other bytes", "audit_entry_leaf_hash", "convert_to('x', 'UTF8'), sha256('another')"],
  [
    "more bytes than a bundle holds",
    "audit_entry_bytes",
    "convert_to(repeat('x', 65536), 'UTF8'), sha256('\\x00'::bytea || convert_to(repeat('x', 65536), 'UTF8'))",
  ],
  ["bytes that are no text", "invalid byte sequence", "'\\xff00'::bytea, sha256('\\x00ff00'::bytea)"],
])("an entry with %s is not taken", async (_what, constraint, values) => {
  const adding = services.$executeRawUnsafe(`
    INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    VALUES (gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/1', ${values})`);
  await expect(adding).rejects.toThrow(constraint);
});

test("a text that is no entry is told of by place and id, and hides no other entry", async () => {
  const [planted] = await services.$queryRaw<{ id: string }[]>`
    INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    VALUES (gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/1', 'x', sha256('\\x0078'::bytea))
    RETURNING id::text`;
  await record("a/2");
  await log.sequence(signer, 2);
  const entries = new AuditEntries(services);
  const subjects = ["a/1", "a/2"];
  const page = await entries.page({}, 10);
  expect(page.entries.map(({ subject }) => subject).toSorted()).toEqual(subjects);
  expect(page.unreadable).toEqual([planted?.id]);
  const placed = await entries.firstPlaced({}, { start: 0, end: 3 }, 10);
  expect(placed.entries.map(({ entry }) => entry.subject)).toEqual(subjects);
  // What is recorded in one millisecond is placed by its id, and that of the planted one is drawn.
  const leaves = await services.auditLeaf.findMany({ where: { entryId: planted?.id ?? "" } });
  expect(placed.unreadable).toEqual(leaves.map(({ index }) => Number(index)));
  expect((await entries.page({ text: "A/2" }, 10)).entries).toHaveLength(1);
});

test("what a service puts beside the entry of another is neither its reason nor an erasure of it", async () => {
  const plant = (columns: string, values: string) =>
    services.$executeRawUnsafe(`
      INSERT INTO audit_erasable (entry_id, field, ${columns})
      SELECT id, 'reason', ${values} FROM audit_entry WHERE subject = 'a/1'`);
  const entries = new AuditEntries(services);
  const shown = async () => (await entries.page({ subject: "a/1" }, 1)).entries[0];
  const before = await shown();
  expect(before?.reason).toBeNull();
  await plant("value, salt", "'the admin wanted it', '\\x07'");
  expect(await shown()).toEqual(before);
  await owner.$executeRaw`ALTER TABLE audit_erasable DISABLE TRIGGER ALL`;
  await owner.auditErasable.deleteMany();
  await owner.$executeRaw`ALTER TABLE audit_erasable ENABLE TRIGGER ALL`;
  await plant("erased_at, erased_by", "now(), id");
  expect(await shown()).toEqual(before);
  const erasures: unknown[] = [];
  await entries.eachPlaced({}, { start: 0, end: 1 }, async (placed) => {
    erasures.push(...placed.map(({ erasure }) => erasure));
  });
  expect(erasures).toEqual([null]);
});

test("sizes of a head are bounded by the log's, also where a table of one's own stands in for its leaves", async () => {
  const far = `${2n ** 53n - 1n}`;
  for (const kind of ["cosigned", "archived"])
    await expect(
      services.$executeRawUnsafe(
        `UPDATE audit_head SET ${kind}_size = ${far}, ${kind}_note = 'x', ${kind}_at = now()`,
      ),
    ).rejects.toThrow("audit_head_within");
  const grown = services.$transaction(async (tx) => {
    await tx.$executeRaw`CREATE TEMPORARY TABLE audit_leaf AS SELECT ${999_999n}::bigint AS index`;
    await tx.$executeRaw`UPDATE audit_head SET size = 1000000`;
  });
  await expect(grown).rejects.toThrow("the audit log has not 1000000 entries");
  await record("a/2");
  expect(await log.sequence(signer, 2)).toBe(1);
});

test("what a service wrote into a head the next checkpoint mends, and the owner at once", async () => {
  await services.$executeRaw`UPDATE audit_head SET cosigned_size = 1, cosigned_note = 'x', cosigned_at = now()`;
  await record("a/2");
  await log.sequence(signer, 2);
  const note = signer.signHead(2, (await placed()).root);
  await log.keepCosigned({ size: 2, note, atEpochMs: 2 });
  expect((await log.head()).cosigned).toMatchObject({ size: 2, note });

  await expect(owner.$executeRaw`UPDATE audit_head SET cosigned_size = 0`).rejects.toThrow(
    "only goes forward",
  );
  await owner.$transaction([
    owner.$executeRaw`ALTER TABLE audit_head DISABLE TRIGGER audit_head_forward`,
    owner.$executeRaw`UPDATE audit_head SET cosigned_size = 0, cosigned_note = NULL, cosigned_at = NULL`,
    owner.$executeRaw`ALTER TABLE audit_head ENABLE TRIGGER audit_head_forward`,
  ]);
  expect((await log.head()).cosigned).toBeNull();
});
