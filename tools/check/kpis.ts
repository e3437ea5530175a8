/** Compares docs/kpis.md with the catalogue, and ends in exit code 1 where it is stale; with `--write` writes it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kpisPage } from "./kpis-page.ts";

const path = join(import.meta.dirname, "../../docs/kpis.md");
if (process.argv.includes("--write")) {
  await writeFile(path, kpisPage());
} else {
  const written = await readFile(path, "utf8").catch(() => "");
  if (written !== kpisPage()) {
    process.stdout.write("docs/kpis.md is not what packages/core/src/kpi/catalog.ts says\n");
    process.exitCode = 1;
  }
}
