import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";

/** One folder of prisma/migrations. `checksum` is the SHA-256 of the script in hexadecimal. */
export type Migration = Readonly<{ name: string; script: string; checksum: string }>;

/** The project's own migrations. */
export const migrationsDir = join(import.meta.dirname, "../../prisma/migrations");

/** Reads all migrations of `folder` in the order in which they apply: by name, which begins with a timestamp. */
export async function readMigrations(folder: string = migrationsDir): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const path = join(folder, name, "migration.sql");
      const bytes = await readFile(path).catch((cause) => {
        throw new TaplineError("corrupt", `the migration ${name} has no readable migration.sql`, {
          remedy: `restore ${path} from version control`,
          cause,
        });
      });
      return { name, script: bytes.toString("utf8"), checksum: sha256Hex(bytes) };
    }),
  );
}
