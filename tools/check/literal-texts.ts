/** Tells each text of the console's pages that is not in the catalogue, and ends in exit code 1 where there is one. */
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findLiteralTexts } from "./find-literal-texts.ts";

const root = join(import.meta.dirname, "../..");
for await (const path of glob("apps/web/{app,client,features,ui}/**/*.tsx", { cwd: root })) {
  for (const text of await findLiteralTexts(await readFile(join(root, path), "utf8"))) {
    process.stdout.write(`${path}: “${text}” is not in apps/web/strings/en.json\n`);
    process.exitCode = 1;
  }
}
