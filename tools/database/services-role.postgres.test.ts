import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, inject, test } from "vitest";
import { createDatabase } from "../servers/index.ts";
import { prepareDatabase } from "./prepare-database.ts";

async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const sql of statements) ({ rows } = await client.query(sql));
    return rows;
  } finally {
    await client.end();
  }
}

function as(url: string, role: string): string {
  const own = new URL(url);
  own.username = role;
  own.password = role;
  return own.href;
}

const insertEntry = `INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
  VALUES (gen_random_uuid(), 'job', 'test', 'a', 'b', 'x', sha256('\\x0078'))`;

test("on a server of somebody's own an owner without special rights migrates, and the services add to the log", async () => {
  const server = inject("postgresUrl");
  const [owner, services] = ["owner", "services"].map((kind) => `${kind}-${randomBytes(4).toString("hex")}`);
  await query(
    server,
    `CREATE ROLE "${owner}" LOGIN PASSWORD '${owner}'`,
    `CREATE ROLE "${services}" LOGIN PASSWORD '${services}'`,
  );
  const url = await createDatabase(server, `own_${randomBytes(4).toString("hex")}`);
  await query(server, `ALTER DATABASE "${new URL(url).pathname.slice(1)}" OWNER TO "${owner}"`);
  const [ownerUrl, servicesUrl] = [as(url, owner ?? ""), as(url, services ?? "")];
  for (const time of ["first", "again"]) {
    await prepareDatabase(servicesUrl, ownerUrl);
    const placed = await query(servicesUrl, insertEntry, "SELECT placed FROM sequence_entries(10)");
    expect(placed, time).toEqual([{ placed: "1" }]);
  }
  await expect(query(servicesUrl, "DELETE FROM audit_pending")).rejects.toThrow("permission denied");
  await expect(query(servicesUrl, `SELECT * FROM "_prisma_migrations"`)).rejects.toThrow("permission denied");
});

test("services whose role does not exist are told so", async () => {
  const url = await createDatabase(inject("postgresUrl"), `own_${randomBytes(4).toString("hex")}`);
  await expect(prepareDatabase(as(url, "nobody-here"), url)).rejects.toMatchObject({
    code: "misconfigured",
    message: expect.stringContaining("no role nobody-here"),
  });
});
