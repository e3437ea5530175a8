/** Tells each text of the console's pages that is not in the catalogue, and ends in exit code 1 where there is one. */
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findLiteralTexts } from "./find-literal-texts.ts";

const root = join(import.meta.dirname, "../..");
const pages = "apps/web/{app,client,contracts,features,ui}/**/*.{js,ts,tsx}";
/** What the server says to programs, to logs and of its settings is no text of a page: of it what is HTML is looked at. */
const server = "apps/web/server/**/*.ts";
const isNoPage = (path: string): boolean => /\.(test|fixture)\.|\.d\.ts$/.test(path);

for (const [paths, look] of [
  [pages, "phrases"],
  [server, "html"],
] as const)
  for await (const path of glob(paths, { cwd: root, exclude: isNoPage })) {
    for (const text of await findLiteralTexts(await readFile(join(root, path), "utf8"), look)) {
      process.stdout.write(`${path}: “${text}” is not in apps/web/strings/en.json\n`);
      process.exitCode = 1;
    }
  }
