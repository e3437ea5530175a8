import { expect, test } from "vitest";
import { readMigrations } from "../database/read-migrations.ts";
import { baseline, contractionsIn, markedIn } from "./contracting-migrations.ts";

const why = (sql: string): string[] => contractionsIn("20270101000000_x", sql).map((one) => one.why);

test.each([
  'DROP TABLE "tap_run";',
  'ALTER TABLE "agent" DROP COLUMN "site";',
  'ALTER TABLE "agent" RENAME COLUMN "site" TO "place";',
  'ALTER TABLE "agent" RENAME TO "reader_pc";',
  'ALTER TABLE "agent"\n  ALTER COLUMN "ring" SET DATA TYPE TEXT;',
  'ALTER TABLE "agent" ALTER COLUMN "site" SET NOT NULL;',
  'ALTER TABLE "agent" ALTER COLUMN "ring" DROP DEFAULT;',
  'ALTER TABLE "agent" ADD COLUMN "room" TEXT NOT NULL;',
  "DROP FUNCTION record_segment_end(jsonb);",
])("%s would break the release before", (sql) => {
  expect(why(sql)).toHaveLength(1);
  for (const word of ["unused", "kept"]) {
    const marked = `-- Contract: ${word} since 0.3.0\n${sql}`;
    expect(why(marked)).toEqual([]);
    expect(markedIn(marked)).toEqual([sql.slice(0, -1)]);
  }
  expect(why(`-- It is in the way.\n${sql}`)).toHaveLength(1);
});

test("what only adds breaks nothing", () => {
  const sql = `
    CREATE TABLE "room" ("id" INTEGER NOT NULL);
    ALTER TABLE "agent" ADD COLUMN "room" TEXT, ADD COLUMN "floor" INTEGER NOT NULL DEFAULT 0;
    DROP INDEX "agent_ring_idx";
    CREATE OR REPLACE FUNCTION "forget"() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      DROP TABLE "scratch";
    END;
    $$;`;
  expect(why(sql)).toEqual([]);
});

test("the migrations since the last release break nothing, and that one is there", async () => {
  const migrations = await readMigrations();
  expect(migrations.map(({ name }) => name)).toContain(baseline);
  const later = migrations.filter(({ name }) => name > baseline);
  expect(later.flatMap(({ name, script }) => contractionsIn(name, script))).toEqual([]);
});
