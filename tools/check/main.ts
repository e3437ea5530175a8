/** The one gate, `npm run check`: format and lint, types, import rules, map, pages made of others. Needs no server. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

type Part = Readonly<{ name: string; remedy: string; command: string; args: readonly string[] }>;

const parts: readonly Part[] = [
  {
    name: "format and lint",
    remedy: "npm run format mends what can be mended",
    command: bin("biome"),
    args: ["ci", "--error-on-warnings", "--colors=off", "--max-diagnostics=20", "."],
  },
  { name: "types", remedy: "mend the types", command: bin("tsc"), args: ["-p", "."] },
  { name: "types of the console", remedy: "mend the types", command: bin("tsc"), args: ["-p", "apps/web"] },
  {
    name: "types of its tests",
    remedy: "mend the types",
    command: bin("tsc"),
    args: ["-p", "apps/web/tsconfig.tests.json"],
  },
  {
    name: "types of the proof page",
    remedy: "mend the types",
    command: bin("tsc"),
    args: ["-p", "apps/worker/src/proof-page/dom"],
  },
  {
    name: "import rules",
    remedy: "the rules stand in .dependency-cruiser.mjs",
    command: process.execPath,
    args: [join(import.meta.dirname, "import-rules.ts")],
  },
  {
    name: "map",
    remedy: "correct the path on the page",
    command: process.execPath,
    args: [join(import.meta.dirname, "map.ts")],
  },
  {
    name: "migrations",
    remedy: "only add, or mark what is unused by then with -- Contract: unused since <version>",
    command: process.execPath,
    args: [join(import.meta.dirname, "migrations.ts")],
  },
  {
    name: "page of KPIs",
    remedy: "npm run docs writes docs/kpis.md anew",
    command: process.execPath,
    args: [join(import.meta.dirname, "kpis.ts")],
  },
  {
    name: "texts of the console",
    remedy: "put it into apps/web/strings/en.json, as docs/console.md says",
    command: process.execPath,
    args: [join(import.meta.dirname, "literal-texts.ts")],
  },
  {
    name: "runbooks of the console",
    remedy: "npm run docs writes them anew",
    command: process.execPath,
    args: [join(import.meta.dirname, "runbooks.ts")],
  },
];

type Outcome = Readonly<{ part: Part; ok: boolean; output: string; seconds: number }>;

function runPart(part: Part): Promise<Outcome> {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(part.command, part.args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const finish = (ok: boolean) => resolve({ part, ok, output, seconds: (Date.now() - startedMs) / 1000 });
    child.once("error", (error) => {
      output += error.message;
      finish(false);
    });
    child.once("close", (code) => finish(code === 0));
  });
}

const outcomes = await Promise.all(parts.map(runPart));
for (const { part, ok, output, seconds } of outcomes) {
  if (!ok) process.stdout.write(`${output.trim()}\n`);
  const verdict = ok ? "ok" : `FAILED (${part.remedy})`;
  process.stdout.write(`check ${part.name.padEnd(24)}${seconds.toFixed(1).padStart(5)} s  ${verdict}\n`);
}
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
