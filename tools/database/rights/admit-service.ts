import { TaplineError } from "@tapline/core/kernel";
import pg from "pg";
import { type Service, serviceRights } from "./service-rights.ts";

type Client = Pick<pg.Client, "query">;

/** What makes a role more than its grants: with any of it a role of little rights would have many. */
const whyTooMuchSql = `
  SELECT 'it is a superuser' AS why FROM pg_roles WHERE rolname = $1 AND rolsuper
  UNION ALL
  SELECT 'it may make roles' FROM pg_roles WHERE rolname = $1 AND rolcreaterole
  UNION ALL
  SELECT 'it may copy the whole server by replication' FROM pg_roles WHERE rolname = $1 AND rolreplication
  UNION ALL
  SELECT format('it may act as %s', other.rolname) FROM pg_roles AS other
  WHERE other.rolname <> $1 AND pg_has_role($1, other.oid, 'MEMBER')
  UNION ALL
  SELECT format('it owns %s', owned.name) FROM (
    SELECT relname AS name, relowner AS owner FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT proname, proowner FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL
    SELECT nspname, nspowner FROM pg_namespace WHERE nspname = current_schema()
  ) AS owned WHERE owned.owner = (SELECT oid FROM pg_roles WHERE rolname = $1)
  LIMIT 1`;

/**
 * Whether a role may still make functions and operators in the schema once what was its own is taken, as everybody may in `public` of a
 * server that comes from before PostgreSQL 15: functions with the owner's rights, which look there, would take them for others.
 */
const mayMakeSql = "SELECT has_schema_privilege($1, current_schema(), 'CREATE') AS may";

const ownSequencesSql = `
  SELECT seq.relname AS name FROM pg_depend
  JOIN pg_class AS seq ON seq.oid = objid AND seq.relkind = 'S'
  WHERE refobjid = to_regclass(quote_ident($1)) AND deptype IN ('a', 'i')`;

const quoted = pg.escapeIdentifier;

/**
 * Gives a role what one service needs, and takes from it all else that it had on this schema. To be called by the owner of the
 * tables after migrations, in a transaction.
 * @throws TaplineError `misconfigured` where there is no such role, it has rights that no grant gives, or everybody has one that is too much
 */
export async function admitService(client: Client, role: string, service: Service): Promise<void> {
  await assertPlain(client, role, service);
  const [row] = (await client.query<{ schema: string }>("SELECT current_schema() AS schema")).rows;
  const [to, schema] = [quoted(role), quoted(row?.schema ?? "public")];
  for (const things of ["TABLES", "SEQUENCES", "FUNCTIONS"])
    await client.query(`REVOKE ALL ON ALL ${things} IN SCHEMA ${schema} FROM ${to}`);
  await client.query(`REVOKE ALL ON SCHEMA ${schema} FROM ${to}`);
  const [makes] = (await client.query<{ may: boolean }>(mayMakeSql, [role])).rows;
  if (makes?.may === true)
    throw new TaplineError("misconfigured", `everybody may make functions in the schema ${schema}`, {
      remedy: `take that from them: REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC`,
    });
  await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${to}`);
  const { tables, facts, functions } = serviceRights[service];
  for (const [table, rights] of Object.entries(tables)) {
    await client.query(`GRANT ${rights} ON ${quoted(table)} TO ${to}`);
    if (rights.includes("INSERT")) await grantSequences(client, table, to);
  }
  for (const of of functions) await client.query(`GRANT EXECUTE ON FUNCTION ${of} TO ${to}`);
  await client.query("DELETE FROM fact_right WHERE role = $1", [role]);
  await client.query("INSERT INTO fact_right (role, fact) SELECT $1, unnest($2::text[])", [role, facts]);
}

async function assertPlain(client: Client, role: string, service: Service): Promise<void> {
  const found = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
  if (found.rowCount === 0)
    throw new TaplineError("misconfigured", `PostgreSQL has no role ${role}, as which ${service} signs in`, {
      remedy: `make it (CREATE ROLE ${quoted(role)} LOGIN PASSWORD '…'): npm run database:roles prints all of them`,
    });
  const [tooMuch] = (await client.query<{ why: string }>(whyTooMuchSql, [role])).rows;
  if (tooMuch !== undefined)
    throw new TaplineError(
      "misconfigured",
      `${role} has more than the rights of ${service}: ${tooMuch.why}`,
      {
        remedy:
          "let the service sign in as a role that is nothing else, owns nothing and is a member of none",
      },
    );
}

/** Numbers that rows of a table get by themselves. */
async function grantSequences(client: Client, table: string, to: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(ownSequencesSql, [table]);
  for (const { name } of rows) await client.query(`GRANT USAGE ON SEQUENCE ${quoted(name)} TO ${to}`);
}
