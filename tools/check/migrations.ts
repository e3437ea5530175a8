/** Fails where a migration takes away what the release before still uses: two releases run on one database side by side. */
import { readMigrations } from "../database/read-migrations.ts";
import { baseline, contractionsIn } from "./contracting-migrations.ts";

const later = (await readMigrations()).filter(({ name }) => name > baseline);
const found = later.flatMap(({ name, script }) => contractionsIn(name, script));
for (const { migration, statement, why } of found)
  process.stderr.write(`${migration}: "${statement}": ${why} by the release before\n`);
if (found.length > 0) process.exitCode = 1;
