import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase } from "../../test-servers/index.ts";
import { admitService } from "./admit-service.ts";
import { type Service, serviceRights } from "./service-rights.ts";
import { admitServiceRoles, asService, openServiceRoles, ownRoleServices, roleOf } from "./service-roles.ts";

const prefix = `rights_${randomBytes(4).toString("hex")}_`;
const clients = new Map<Service | "owner", pg.Client>();
let ownerUrl = "";

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

function as(who: Service | "owner"): pg.Client {
  const client = clients.get(who);
  if (client === undefined) throw new Error(`${who} is not connected`);
  return client;
}

/** What PostgreSQL answers: "" where it lets it pass. Nothing of it stays. */
async function answerTo(who: Service, sql: string): Promise<string> {
  const client = as(who);
  await client.query("BEGIN");
  try {
    await client.query(sql);
    return "";
  } catch (error) {
    return String(error);
  } finally {
    await client.query("ROLLBACK");
  }
}

beforeAll(async () => {
  ownerUrl = await freshDatabase();
  await openServiceRoles(ownerUrl, () => "secret", prefix);
  clients.set("owner", await connect(ownerUrl));
  for (const service of ownRoleServices)
    clients.set(service, await connect(asService(ownerUrl, service, "secret", prefix)));
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
});

/** Nobody's: the ledger of migrations, and who may write which facts. */
const nobodys = new Set(["_prisma_migrations", "fact_right"]);
const kinds = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"];

type Extent = "whole" | "part" | "none";

/** What PostgreSQL says of a role: of each table and privilege whether it has it, or of some columns. */
async function rightsFound(role: string) {
  const { rows } = await as("owner").query<{ table: string; kind: string; found: Extent }>(
    `SELECT tablename AS table, kind, CASE
       WHEN has_table_privilege($1, quote_ident(tablename), kind) THEN 'whole'
       WHEN kind IN ('SELECT', 'INSERT', 'UPDATE') AND has_any_column_privilege($1, quote_ident(tablename),
         CASE WHEN kind IN ('SELECT', 'INSERT', 'UPDATE') THEN kind ELSE 'SELECT' END) THEN 'part'
       ELSE 'none' END AS found
     FROM pg_tables, unnest($2::text[]) AS kind WHERE schemaname = current_schema()`,
    [role, kinds],
  );
  return rows;
}

/** What the table of rights says of a privilege. */
function expectedOf(written: string, kind: string): Extent {
  const of = new RegExp(`\\b${kind}( \\()?`).exec(written);
  if (of === null) return "none";
  return of[1] === undefined ? "whole" : "part";
}

async function tables(): Promise<string[]> {
  const { rows } = await as("owner").query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

test("each table of the schema is somebody's, and each that is named is there", async () => {
  const known = new Set(ownRoleServices.flatMap((service) => Object.keys(serviceRights[service].tables)));
  expect((await tables()).filter((name) => !nobodys.has(name))).toEqual([...known].toSorted());
});

test("whoever writes facts has facts to write: without any, the trigger would let it write all", () => {
  for (const [service, { tables: rights, facts }] of Object.entries(serviceRights))
    expect([service, facts.length > 0]).toEqual([
      service,
      /INSERT|UPDATE|DELETE/.test(rights.installation_fact ?? ""),
    ]);
});

describe.each(ownRoleServices)("%s", (service) => {
  const { tables: rights, functions } = serviceRights[service];

  test("has the rights that are written for it, on no table another one", async () => {
    const faults = (await rightsFound(roleOf(service, prefix))).flatMap(({ table, kind, found }) => {
      const written = table === "fact_right" ? "SELECT" : (rights[table] ?? "");
      const expected = expectedOf(written, kind);
      return expected === found ? [] : [`${kind} on ${table}: ${found}, not ${expected}`];
    });
    expect(faults).toEqual([]);
  });

  test("gets numbers of the rows that it adds, and of no others", async () => {
    const { rows } = await as("owner").query<{ table: string; may: boolean }>(
      `SELECT refobjid::regclass::text AS table, has_sequence_privilege($1, objid, 'USAGE') AS may
       FROM pg_depend JOIN pg_class AS seq ON seq.oid = objid AND seq.relkind = 'S'
       WHERE deptype IN ('a', 'i') AND seq.relnamespace = current_schema()::regnamespace`,
      [roleOf(service, prefix)],
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { table, may } of rows)
      expect([table, may]).toEqual([table, /INSERT/.test(rights[table] ?? "")]);
  });

  test("calls no function with the owner's rights but its own, makes nothing and becomes nobody", async () => {
    const { rows } = await as("owner").query<{ name: string }>(
      `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
       WHERE pronamespace = current_schema()::regnamespace AND prosecdef AND has_function_privilege($1, p.oid, 'EXECUTE')`,
      [roleOf(service, prefix)],
    );
    expect(rows.map(({ name }) => name)).toEqual(functions.map((name) => name.replace("(int)", "(integer)")));
    const other = roleOf(service === "web" ? "audit" : "web", prefix);
    for (const sql of [
      `SET ROLE "${other}"`,
      `SET SESSION AUTHORIZATION "${other}"`,
      "SET ROLE tapline",
      "SET ROLE tapline_services",
      "SET session_replication_role = replica",
      `GRANT "${other}" TO current_user`,
      "CREATE ROLE mine",
      `ALTER ROLE "${other}" PASSWORD 'mine'`,
      "CREATE TABLE mine (id int)",
      "CREATE SCHEMA mine",
      "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "CREATE EXTENSION dblink",
      "CREATE LANGUAGE plpython3u",
      `COPY (SELECT 1) TO PROGRAM 'true'`,
      `COPY (SELECT 1) TO '/tmp/mine'`,
      "CREATE TEMPORARY TABLE mine (line text); COPY mine FROM '/etc/hostname'",
      "SELECT pg_read_file('/etc/hostname')",
      "SELECT pg_ls_dir('/')",
      "SELECT lo_import('/etc/hostname')",
      "SELECT * FROM pg_authid",
      "SELECT pg_terminate_backend(pg_backend_pid()) FROM pg_authid",
      "SET log_statement = 'none'",
      "SELECT admit_services(current_user)",
      `INSERT INTO fact_right VALUES ('${roleOf(service, prefix)}', 'keys.')`,
      "DELETE FROM fact_right",
    ])
      expect([sql, await answerTo(service, sql)]).toEqual([
        sql,
        expect.stringMatching(/permission denied|must be|must have/i),
      ]);
  });
});

test("the audit log's past is nobody's to change, and one service alone gives places in it", async () => {
  for (const service of ownRoleServices)
    for (const sql of [
      "UPDATE audit_entry SET subject = 'x'",
      "DELETE FROM audit_entry",
      "TRUNCATE audit_entry CASCADE",
      "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
      "UPDATE audit_erasable SET value = NULL",
      "DELETE FROM audit_pending",
      "INSERT INTO audit_leaf (index, entry_id, leaf_hash) VALUES (1, gen_random_uuid(), '')",
      "DELETE FROM audit_head",
      "SELECT erase_audit_field(gen_random_uuid(), 'reason', gen_random_uuid())",
    ])
      expect([service, sql, await answerTo(service, sql)]).toEqual([
        service,
        sql,
        expect.stringMatching(/permission denied|must be owner/),
      ]);
  for (const service of ownRoleServices)
    expect([service, await answerTo(service, "SELECT * FROM sequence_entries(1)")]).toEqual([
      service,
      service === "audit" ? "" : expect.stringContaining("permission denied for function sequence_entries"),
    ]);
});

test("who takes over a worker makes nobody an admin, and sees neither passwords nor sessions", async () => {
  for (const service of ownRoleServices.filter((name) => name !== "web"))
    for (const sql of [
      `UPDATE "user" SET role = 'admin'`,
      `INSERT INTO "user" (id, name, email) VALUES ('x', 'x', 'x')`,
      "SELECT password FROM account",
      "SELECT token FROM session",
      "SELECT secret FROM two_factor",
      "INSERT INTO api_token DEFAULT VALUES",
      "INSERT INTO invitation DEFAULT VALUES",
    ])
      expect([service, sql, await answerTo(service, sql)]).toEqual([
        service,
        sql,
        expect.stringContaining("permission denied"),
      ]);
});

test("a fact is written by those whose it is, and none becomes another one", async () => {
  const write = (name: string) =>
    `INSERT INTO installation_fact (name, value) VALUES ('${name}', 'x') ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name, value = 'x'`;
  await as("owner").query(
    "INSERT INTO installation_fact VALUES ('keys.two-persons', 'on'), ('kpi.totals', '{}')",
  );
  const refused = "permission denied for fact keys.two-persons";
  for (const service of ownRoleServices.filter((name) => name !== "web"))
    expect([service, await answerTo(service, write("keys.two-persons"))]).toEqual([
      service,
      expect.stringContaining("permission denied"),
    ]);
  expect(await answerTo("web", write("keys.two-persons"))).toBe("");
  expect(await answerTo("kpi", write("kpi.totals"))).toBe("");
  expect(await answerTo("kpi", write("kpi"))).toContain("permission denied for fact kpi,");
  expect(
    await answerTo("kpi", "UPDATE installation_fact SET value = 'off' WHERE name = 'keys.two-persons'"),
  ).toContain(refused);
  expect(
    await answerTo("kpi", "UPDATE installation_fact SET name = 'kpi.mine' WHERE name = 'keys.two-persons'"),
  ).toContain(refused);
  const shadow = `CREATE TEMPORARY TABLE fact_right (role text, fact text); ${write("keys.two-persons")}`;
  expect(await answerTo("kpi", shadow)).toContain(refused);
});

test("admitting takes away what a role had beside, and refuses one that is more than a service", async () => {
  const role = roleOf("balance", prefix);
  await as("owner").query(`GRANT ALL ON "user", audit_entry TO "${role}"`);
  await as("owner").query(`GRANT UPDATE (value) ON installation_fact TO "${role}"`);
  await admitServiceRoles(ownerUrl, prefix);
  expect(await answerTo("balance", `SELECT FROM "user"`)).toContain("permission denied");
  expect(await answerTo("balance", "UPDATE installation_fact SET value = ''")).toContain("permission denied");
  await as("owner").query(`GRANT pg_write_server_files TO "${role}"`);
  await expect(admitService(as("owner"), role, "balance")).rejects.toThrow(
    "it may act as pg_write_server_files",
  );
  await as("owner").query(`REVOKE pg_write_server_files FROM "${role}"`);
  for (const [gives, takes, why] of [
    [`ALTER ROLE "${role}" REPLICATION`, `ALTER ROLE "${role}" NOREPLICATION`, "by replication"],
    [
      `ALTER FUNCTION refuse_others_fact() OWNER TO "${role}"`,
      "ALTER FUNCTION refuse_others_fact() OWNER TO current_user",
      "it owns refuse_others_fact",
    ],
    [
      `ALTER SCHEMA public OWNER TO "${role}"`,
      "ALTER SCHEMA public OWNER TO pg_database_owner",
      "it owns public",
    ],
    [
      "GRANT CREATE ON SCHEMA public TO PUBLIC",
      "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
      "everybody may make functions",
    ],
  ] as const) {
    await as("owner").query(gives);
    await expect(admitServiceRoles(ownerUrl, prefix)).rejects.toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining(why),
    });
    await as("owner").query(takes);
  }
  // A right to make things that is its own alone is taken with all else.
  await as("owner").query(`GRANT CREATE ON SCHEMA public TO "${role}"`);
  await admitServiceRoles(ownerUrl, prefix);
  expect(await answerTo("balance", "CREATE TABLE mine (id int)")).toContain("permission denied");
  await expect(admitService(as("owner"), "nobody-here", "kpi")).rejects.toMatchObject({
    code: "misconfigured",
    message: expect.stringContaining("no role nobody-here, as which kpi signs in"),
  });
});
