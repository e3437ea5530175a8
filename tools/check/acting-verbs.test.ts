import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { actingVerbs, auditActions, verbsOf } from "@tapline/core/audit";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
/** They take data, which is recorded once it has ended: taps by their segment, reports in the fleet's tables; a log is kept for an hour. */
const dataRoutes = ["POST /v1/taps", "POST /v1/report", "POST /v1/log"];
/** What comes before every route, stream and handshake: whether an agent may come in. */
const admission = "admission";
/** Whoever cannot be told from a job yet. */
const strangers = ["console", "ingest"];

let code: string;
let tests: string;

beforeAll(async () => {
  const [sources, beside]: [string[], string[]] = [[], []];
  for await (const path of glob(["apps/*/{src,server}/**/*.ts", "packages/core/**/*.ts"], {
    cwd: root,
    exclude: ["**/node_modules/**", "**/generated/**", "packages/core/src/audit/{entry,verbs}.ts"],
  }))
    (/\.(test|fixture)\.ts$/.test(path) ? beside : sources).push(await readFile(join(root, path), "utf8"));
  [code, tests] = [sources.join("\n"), beside.join("\n")];
  // All of the code: on a busy machine a minute.
}, 240_000);

test("every action belongs to a verb, and every verb writes at least one", () => {
  const written = new Set<string>(Object.values(actingVerbs).flat());
  expect(auditActions.filter((action) => !written.has(action))).toEqual([]);
  expect(Object.values<readonly string[]>(actingVerbs).filter((actions) => actions.length === 0)).toEqual([]);
});

test("every action is written by code, and a test sees it written", () => {
  const missingIn = (text: string) => auditActions.filter((action) => !text.includes(action));
  // A drill's end is put together from how it ended.
  expect(missingIn(code)).toEqual(["restore.sealed"]);
  expect(missingIn(tests)).toEqual([]);
});

test("every route of the agents' door that changes something is a verb", () => {
  const posts = [...code.matchAll(/server\.(post|put|patch|delete)\("([^"]+)"/g)];
  const routes = posts.map(([, method = "", path]) => `${method.toUpperCase()} ${path}`);
  const acting = routes.filter((route) => !dataRoutes.includes(route));
  expect([...acting, admission].toSorted()).toEqual(verbsOf("door").toSorted());
});

test("every job that acts is a verb", () => {
  const named = [...code.matchAll(/kind: "job"(?: as const)?, id: "([a-z-]+)"/g)].map(([, id = ""]) => id);
  const jobs = [...new Set(named)].filter((id) => !strangers.includes(id));
  expect(jobs.toSorted()).toEqual(verbsOf("job").toSorted());
});
