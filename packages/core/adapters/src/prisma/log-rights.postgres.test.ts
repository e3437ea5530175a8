import { makeLogKey, openLogSigner } from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../tools/test-servers/index.ts";
import { AuditLog, connectPrisma, type PrismaClient, recordOperation, rightsOverLog } from "./index.ts";

const signer = openLogSigner(makeLogKey(), "tapline.test/log");
let owner: PrismaClient;
let services: PrismaClient;

const act = { actor: { kind: "job", id: "test" } as const, reason: null };
const record = (subject: string): Promise<void> =>
  recordOperation(services, act, { action: "buffer.opened", subject, facts: {} }, 1);

beforeAll(async () => {
  const url = await freshDatabase();
  owner = connectPrisma(url);
  services = connectPrisma(servicesOf(url));
  await record("a/1");
  await new AuditLog(services, signer.origin).sequence(signer, 1);
  await record("a/2");
});
afterAll(() => Promise.all([owner, services].map((client) => client.$disconnect())));

test.each([
  ...["audit_entry", "audit_pending", "audit_leaf", "audit_node", "audit_head"].flatMap((table) => [
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
    `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
    `DROP TABLE ${table} CASCADE`,
    `CREATE TRIGGER mine BEFORE INSERT ON ${table} EXECUTE FUNCTION refuse_audit_change()`,
  ]),
  "UPDATE audit_entry SET bytes = ''",
  "UPDATE audit_pending SET entry_id = gen_random_uuid()",
  "UPDATE audit_leaf SET leaf_hash = ''",
  "UPDATE audit_node SET hash = ''",
  "UPDATE audit_head SET origin = 'other'",
  "INSERT INTO audit_leaf (index, entry_id, leaf_hash) VALUES (1, gen_random_uuid(), '')",
  "INSERT INTO audit_pending (entry_id) VALUES (gen_random_uuid())",
  "INSERT INTO audit_node (level, index, hash) VALUES (1, 1, '')",
  "INSERT INTO audit_head (origin, size) VALUES ('x', 1000000)",
  "SELECT keep_nodes(0, 256)",
  "DROP TRIGGER audit_entry_append_only ON audit_entry",
  "DROP FUNCTION refuse_audit_change() CASCADE",
  "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
  "SET session_replication_role = replica",
  "SET ROLE tapline",
  "SELECT admit_services(current_user)",
])("the services' role cannot %s", async (sql) => {
  await expect(services.$executeRawUnsafe(sql)).rejects.toThrow(/permission denied|must be owner/);
});

test("nor can it fill the queue by the queue's own trigger on a table of its own", async () => {
  const filling = services.$transaction(async (tx) => {
    await tx.$executeRaw`CREATE TEMPORARY TABLE mine (id uuid)`;
    await tx.$executeRaw`
      CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION note_pending_audit()`;
  });
  await expect(filling).rejects.toThrow("permission denied for function note_pending_audit");
});

test("nor can a table of its own stand in for one of the log's", async () => {
  await services.$transaction(async (tx) => {
    await tx.$executeRaw`CREATE TEMPORARY TABLE audit_pending (entry_id uuid)`;
    await tx.$executeRaw`SET LOCAL search_path = pg_temp, public`;
    await tx.$executeRaw`
      INSERT INTO public.audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
      VALUES (gen_random_uuid(), 'job', 'test', 'gap.swept', 'gap/1', 'x', sha256('\\x0078'))`;
    await tx.$executeRaw`DROP TABLE pg_temp.audit_pending`;
  });
  expect(await new AuditLog(owner, signer.origin).waiting()).toBe(2);
});

test("nor can it put a head of nothing beside the log's, nor one in another's name", async () => {
  const refused = "a new head of the audit log needs a checkpoint in its name";
  await expect(services.$executeRaw`INSERT INTO audit_head (origin) VALUES ('x')`).rejects.toThrow(refused);
  const planted = (...changes: string[]) =>
    services.$transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO audit_head (origin) VALUES ('x')`;
      for (const change of changes)
        await tx.$executeRawUnsafe(`UPDATE audit_head SET ${change} WHERE origin = 'x'`);
      // As its end would, but with the words of the refusal.
      await tx.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`;
    });
  const { note } = (await new AuditLog(services, signer.origin).head()).signed ?? { note: "" };
  await expect(planted(`size = 1, note = '${note}'`)).rejects.toThrow(refused);
  await expect(planted("note = E'x\\n0\\n'")).rejects.toThrow(refused);
  await expect(planted("size = 1, note = E'x\\n2\\n'")).rejects.toThrow(refused);
  expect(await AuditLog.names(owner)).toEqual([signer.origin]);
});

test("a role that could rewrite the log is told, and by what", async () => {
  expect(await rightsOverLog(services)).toEqual([]);
  expect(await rightsOverLog(owner)).toContain("it is a superuser");
  await owner.$executeRaw`GRANT UPDATE (bytes) ON audit_entry TO tapline_services`;
  await owner.$executeRaw`GRANT DELETE ON audit_head TO tapline_services`;
  await owner.$executeRaw`GRANT INSERT ON audit_node TO tapline_services`;
  await owner.$executeRaw`GRANT EXECUTE ON FUNCTION note_pending_audit() TO tapline_services`;
  expect((await rightsOverLog(services)).toSorted()).toEqual([
    "it may call note_pending_audit()",
    "it may change or empty audit_entry",
    "it may change or empty audit_head",
    "it may write into audit_node",
  ]);
  await owner.$executeRaw`REVOKE EXECUTE ON FUNCTION note_pending_audit() FROM tapline_services`;
  await owner.$executeRaw`SELECT admit_services('tapline_services')`;
  expect(await rightsOverLog(services)).toEqual([]);
});

test("where everybody may make functions in the schema, who calls one with the owner's rights can take these: it is said", async () => {
  await owner.$executeRaw`GRANT CREATE ON SCHEMA public TO PUBLIC`;
  await services.$executeRawUnsafe(
    `CREATE FUNCTION mine(text, uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$`,
  );
  await services.$executeRaw`CREATE OPERATOR || (FUNCTION = mine, LEFTARG = text, RIGHTARG = uuid)`;
  const erase = services.$queryRaw`SELECT erase_audit_field(gen_random_uuid(), 'reason', gen_random_uuid())`;
  const [own] = await owner.$queryRaw<[{ name: string }]>`SELECT current_user::text AS name`;
  await expect(erase).rejects.toThrow(`run as ${own.name}`);
  expect(await rightsOverLog(services)).toEqual(["it may make functions and operators in the schema public"]);
  await owner.$executeRaw`REVOKE CREATE ON SCHEMA public FROM PUBLIC`;
  expect(await rightsOverLog(services)).toEqual([]);
});
