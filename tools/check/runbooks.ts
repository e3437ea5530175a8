/** Compares what the console shows of docs/runbooks.md with that page, and ends in exit code 1 where it is stale; with `--write` writes it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const shownPath = join(root, "apps/web/features/runbooks/runbooks.json");
const lines = (await readFile(join(root, "docs/runbooks.md"), "utf8")).trimEnd().split("\n");
const wanted = `${JSON.stringify({ lines }, null, 2)}\n`;
if (process.argv.includes("--write")) {
  await writeFile(shownPath, wanted);
} else if ((await readFile(shownPath, "utf8").catch(() => "")) !== wanted) {
  process.stdout.write("the console's page of runbooks is not what docs/runbooks.md says\n");
  process.exitCode = 1;
}
