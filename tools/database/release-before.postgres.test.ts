import { randomBytes } from "node:crypto";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { baseline, markedIn } from "../check/contracting-migrations.ts";
import { createDatabase } from "../servers/index.ts";
import { freshDatabase, temporaryFolder } from "../test-servers/index.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { migrationsDir, readMigrations } from "./read-migrations.ts";
import { findBreaks } from "./release-before.fixture.ts";

const testMs = 240_000;
/** Tables that the changes of these tests are about. */
const only = ["agent", "agent_report", "tracker"];
let before: pg.Client;
let now: pg.Client;

/** A database as the last release has left it: its migrations never change, so they are that release's schema. */
async function databaseBefore(): Promise<string> {
  const folder = join(await temporaryFolder(), "migrations");
  await mkdir(folder);
  for (const { name } of await readMigrations())
    if (name <= baseline) await cp(join(migrationsDir, name), join(folder, name), { recursive: true });
  const url = await createDatabase(inject("postgresUrl"), `before_${randomBytes(6).toString("hex")}`);
  await applyMigrations(url, folder);
  return url;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

beforeAll(async () => {
  before = await connected(await databaseBefore());
  now = await connected(await freshDatabase());
}, testMs);
afterAll(() => Promise.all([before?.end(), now?.end()]));

test(
  "what the release before reads and writes works on the database of today",
  async () => {
    const later = (await readMigrations()).filter(({ name }) => name > baseline);
    const marked = later.flatMap(({ script }) => markedIn(script));
    expect(await findBreaks(before, now, { marked })).toEqual([]);
  },
  testMs,
);

test.each([
  ["a column that has to be given", "ALTER TABLE agent ADD COLUMN room text NOT NULL", "agent"],
  ["a column that is gone", "ALTER TABLE agent DROP COLUMN site CASCADE", "agent.site"],
  ["a column of another name", "ALTER TABLE agent RENAME COLUMN hostname TO host", "agent.hostname"],
  ["a table that is gone", "DROP TABLE tracker CASCADE", "tracker.id"],
  ["a table of another name", "ALTER TABLE tracker RENAME TO band", "tracker.id"],
  ["smaller numbers", "ALTER TABLE agent ALTER COLUMN ring TYPE smallint", "agent.ring"],
  ["shorter texts", "ALTER TABLE agent ALTER COLUMN hostname TYPE varchar(20)", "agent.hostname"],
  [
    "larger numbers, which readers get in another form",
    "ALTER TABLE agent ALTER COLUMN ring TYPE bigint",
    "agent.ring",
  ],
  [
    "a column that may be empty no more",
    "ALTER TABLE agent ALTER COLUMN hostname SET NOT NULL",
    "agent.hostname",
  ],
  ["a column that readers find empty", "ALTER TABLE agent ALTER COLUMN site DROP NOT NULL", "agent.site"],
  ["a default that is gone", "ALTER TABLE agent ALTER COLUMN site DROP DEFAULT", "agent"],
  ["a new check", "ALTER TABLE agent ADD CHECK (ring < 100)", "agent.ring"],
  ["a new check on words", "ALTER TABLE agent ADD CHECK (site IN ('default', 'other'))", "agent.site"],
  ["a new unique key", "CREATE UNIQUE INDEX one_host ON agent (hostname)", "agent.hostname"],
  ["a unique key that is gone", "DROP INDEX tracker_kid_key", "tracker by kid"],
  [
    "a new foreign key",
    "ALTER TABLE agent_report ADD FOREIGN KEY (agent) REFERENCES agent (id)",
    "agent_report",
  ],
  [
    "a new trigger that refuses",
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
     CREATE TRIGGER no_update BEFORE UPDATE ON agent FOR EACH STATEMENT EXECUTE FUNCTION refuse()`,
    "agent.ring",
  ],
  ["a function that is gone", "DROP FUNCTION sequence_entries CASCADE", "sequence_entries"],
  [
    "what no text of a migration shows",
    "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I', 'agent', 'site'); END $$",
    "agent.site",
  ],
])("finds %s", { timeout: testMs }, async (_what, change, of) => {
  const kept = 'ALTER TABLE "agent" ALTER COLUMN "hostname" SET NOT NULL';
  const always = markedIn(`-- Contract: kept since 0.1.0\n${kept};`);
  expect(await findBreaks(before, now, { change: kept, marked: always, only })).toEqual([]);
  const found = await findBreaks(before, now, { change, only });
  expect(found.map((one) => one.of).join("\n")).toContain(of);
});

test.each([
  "ALTER TABLE agent ADD COLUMN room text, ADD COLUMN floor integer NOT NULL DEFAULT 0 CHECK (floor > -5)",
  "CREATE TABLE room (id integer PRIMARY KEY, agent text NOT NULL REFERENCES agent (id))",
  "ALTER TABLE agent ALTER COLUMN site SET DEFAULT 'elsewhere'",
  "CREATE INDEX agent_host ON agent (hostname)",
])("%s breaks nothing", { timeout: testMs }, async (change) => {
  expect(await findBreaks(before, now, { change, only })).toEqual([]);
});

test("what is marked as used by no release any more is left out, and nothing else", {
  timeout: testMs,
}, async () => {
  const gone = 'ALTER TABLE "agent" DROP COLUMN "site"';
  const narrow = 'ALTER TABLE "agent" ADD CONSTRAINT "few_rings" CHECK ("ring" < 100)';
  const change = `${gone}; ${narrow}`;
  const marked = markedIn(
    `-- Contract: unused since 0.1.0\n${gone};\n-- Contract: kept since 0.1.0\n${narrow};`,
  );
  expect(await findBreaks(before, now, { change, marked, only })).toEqual([]);
  const kept = 'ALTER TABLE "agent" ALTER COLUMN "hostname" SET NOT NULL';
  const always = markedIn(`-- Contract: kept since 0.1.0\n${kept};`);
  expect(await findBreaks(before, now, { change: kept, marked: always, only })).toEqual([]);
  const found = await findBreaks(before, now, { change, marked: marked.slice(0, 1), only });
  expect(found.map(({ of }) => of)).toEqual(["agent", "agent.ring"]);
});
