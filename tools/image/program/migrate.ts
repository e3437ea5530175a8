import { messageOf, TaplineError } from "@tapline/core/kernel";
import { prepareDatabase } from "../../database/index.ts";
import { readMigrationConfig } from "./config.ts";

// Applies what migrations the database lacks, gives the services their rights, and ends. Several at once wait for each other.
try {
  const { DATABASE_URL, DATABASE_OWNER_URL, DATABASE_ROLE_PREFIX } = readMigrationConfig();
  await prepareDatabase(DATABASE_URL, DATABASE_OWNER_URL ?? null, DATABASE_ROLE_PREFIX ?? null);
  process.stdout.write("the database is up to date\n");
} catch (error) {
  const remedy = error instanceof TaplineError && error.remedy !== undefined ? ` — ${error.remedy}` : "";
  process.stderr.write(`tapline migrate: ${messageOf(error)}${remedy}\n`);
  process.exit(1);
}
