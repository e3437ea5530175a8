import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where settings are read: by rule `process.env` is read in a `config.ts` alone, or a `config.mjs` where no Node 24 is there yet; the worker's stand in files of their own. */
const sources = [
  "apps/**/config.ts",
  "apps/worker/src/settings/*.ts",
  "tools/**/config.{ts,mjs}",
  "bench/**/config.ts",
];
/** Where they are written down: as the first cell of a table's row. */
const pages = ["docs/operations.md", "docs/agent.md"];
const agentPrefix = "TAPLINE_AGENT_";

/** Every setting that the code reads and no table has, and every one that a table has and no code reads, each in a sentence. */
export async function findUndocumentedSettings(root: string): Promise<string[]> {
  const read = new Map<string, string>();
  for await (const path of glob(sources, { cwd: root, exclude: ["**/node_modules/**"] }))
    for (const name of settingsIn(await readFile(join(root, path), "utf8"))) read.set(name, path);
  const written = new Map<string, string>();
  for (const page of pages)
    for (const name of documentedIn(await readFile(join(root, page), "utf8"))) written.set(name, page);
  const missing = [...read].filter(([name]) => !written.has(name) && !written.has(inFile(name)));
  const stale = [...written].filter(([name]) => name.startsWith("TAPLINE_") && !read.has(name));
  return [
    ...missing.map(([name, path]) => `${path} reads ${name}, which no table of ${pages.join(" or ")} has`),
    ...stale.map(([name, page]) => `${page} has ${name}, which nothing reads`),
  ].sort();
}

/** Names of settings in code; comments count for nothing. */
export function settingsIn(code: string): string[] {
  const plain = code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return [...new Set(plain.match(/\bTAPLINE_[A-Z0-9_]*[A-Z0-9]\b/g))];
}

/** Names in the first cells of a page's tables, as they stand in back quotes there. */
export function documentedIn(page: string): string[] {
  const cells = page.split("\n").flatMap((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

/** How the agent's file names what the environment calls `TAPLINE_AGENT_OUTBOX_MAX_BYTES`: `outboxMaxBytes`. */
function inFile(name: string): string {
  if (!name.startsWith(agentPrefix)) return name;
  const [first = "", ...rest] = name.slice(agentPrefix.length).toLowerCase().split("_");
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
