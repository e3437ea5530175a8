/** Writes generated/, and public/notifications.js, from the catalogue of the language that the console is built in: `npm run generate`. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Catalogue, compileGroup, withTexts } from "./compile.ts";
import { language } from "./locale.ts";

const folder = import.meta.dirname;
const catalogue: Catalogue = JSON.parse(await readFile(join(folder, `${language}.json`), "utf8"));
await rm(join(folder, "generated"), { recursive: true, force: true });
for (const [group, messages] of Object.entries(catalogue)) {
  const path = join(folder, "generated", `${group}.ts`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, compileGroup(messages, `${"../".repeat(group.split("/").length)}runtime.ts`));
}

// Pages have a bundler, a service worker has none.
const worker = await readFile(join(folder, "../client/notifications.js"), "utf8");
await mkdir(join(folder, "../public"), { recursive: true });
await writeFile(join(folder, "../public/notifications.js"), withTexts(worker, catalogue));
