import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { expect, it } from "vitest";
import { ownPostgres, temporaryFolder } from "../test-servers/index.ts";

it("keeps its data, and does not take a first filling that was broken off for a database", async () => {
  const folder = await temporaryFolder();
  const dataDir = join(folder, "postgres");
  await mkdir(join(folder, "postgres.part"));
  await writeFile(join(folder, "postgres.part/PG_VERSION"), "18\n");

  const password = "0123abcd";
  const first = await ownPostgres({ dataDir, password });
  const client = new pg.Client({ connectionString: first.url });
  await client.connect();
  await client.query("CREATE TABLE kept (id int)");
  await client.end();
  await first.stop();
  expect((await readdir(folder)).sort()).toEqual(["postgres", "postgres.log"]);

  const again = await ownPostgres({ dataDir, password });
  const reader = new pg.Client({ connectionString: again.url });
  await reader.connect();
  expect((await reader.query("SELECT to_regclass('kept') AS kept")).rows).toEqual([{ kept: "kept" }]);
  await reader.end();
  await again.stop();
});

it("lets nobody in with a wrong password", async () => {
  const server = await ownPostgres({ password: "right" });
  const client = new pg.Client({ connectionString: server.url.replace(":right@", ":wrong@") });
  await expect(client.connect()).rejects.toThrow("password authentication failed");
  await server.stop();
});
