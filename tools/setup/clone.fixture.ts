import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder, testEnvironment } from "../test-servers/index.ts";

/** So many files take npm a moment to unpack in which it can be broken off. */
export const filesOfMany = 2_500;

/** A busy machine takes long; what ends without a word is seen at once. */
const printedWithinMs = 200_000;

/** A command as a test sees it. */
export interface Launched {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves to exit code or signal. */
  readonly ended: Promise<number | string | null>;
  readonly printed: (text: string) => Promise<void>;
}

async function pack(clone: string, name: string, files: Record<string, string>, bin?: string): Promise<void> {
  const folder = join(clone, "packed", name, "package");
  await mkdir(join(folder, "bin"), { recursive: true });
  const manifest = { name, version: "1.0.0", ...(bin === undefined ? {} : { bin: { [name]: bin } }) };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  for (const [path, text] of Object.entries(files))
    await writeFile(join(folder, path), text, { mode: 0o755 });
  // The manifest first, as npm packs: what is unpacked half way looks like a package.
  const order = ["package/package.json", "package/bin"];
  execFileSync("tar", ["czf", `../${name}.tgz`, ...order], { cwd: join(clone, "packed", name) });
}

/** While it lies in a clone nothing there is built to an end. */
export const holdFile = "hold";
/** Lies there while something is built. */
export const buildingFile = "building";

/** As `next build` below turbo: in a session of its own, and as slow as a test will have it. */
const builder = `#!/usr/bin/env node
const { spawn } = require("node:child_process");
const work = 'const fs = require("node:fs"); fs.writeFileSync("${buildingFile}", "");'
  + 'setInterval(() => { if (fs.existsSync("${holdFile}")) return; fs.rmSync("${buildingFile}"); fs.writeFileSync("built", "whole"); process.exit(); }, 100)';
spawn(process.execPath, ["-e", work], { detached: true, stdio: "ignore" }).on("exit", (code) => process.exit(code));
`;

/** Tells how many files it found, and ends when told to: from before it tells anything, since whoever reads that may end it at once. */
const stack = `import { readdirSync } from "node:fs";
const open = setInterval(() => {}, 1000);
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => { console.log("stack ends"); clearInterval(open); process.disconnect(); });
console.log("stack runs on", readdirSync("node_modules/many/bin").length);
`;

/** A folder that set-up takes for a clone: small packages out of files, installed by the real npm. To be copied. */
export async function makeClone(): Promise<string> {
  const clone = join(await temporaryFolder(), "clone");
  await mkdir(clone);
  await cp(import.meta.dirname, join(clone, "tools/setup"), { recursive: true });
  await mkdir(join(clone, "tools/local-stack"));
  await writeFile(join(clone, "tools/local-stack/main.ts"), stack);
  await pack(clone, "node", { "bin/node": `#!/bin/sh\nexec "${process.execPath}" "$@"\n` }, "bin/node");
  await pack(clone, "turbo", { "bin/turbo": builder }, "bin/turbo");
  const many = Array.from({ length: filesOfMany }, (_, i) => [`bin/file-${i}`, "x".repeat(500)]);
  await pack(clone, "many", Object.fromEntries(many));
  const dependencies = Object.fromEntries(
    (await readdir(join(clone, "packed")))
      .filter((name) => name.endsWith(".tgz"))
      .map((name) => [name.slice(0, -4), `file:packed/${name}`]),
  );
  const scripts = { start: "exec node tools/setup/start.mjs" };
  await writeFile(
    join(clone, "package.json"),
    JSON.stringify({
      ...{ name: "clone", version: "1.0.0", private: true, type: "module" },
      ...{ scripts, dependencies, allowScripts: {} },
    }),
  );
  for (const name of Object.keys(dependencies)) await rm(join(clone, "packed", name), { recursive: true });
  execFileSync("npm", ["install", "--package-lock-only", "--offline", "--no-audit"], { cwd: clone });
  return clone;
}

function launch(clone: string, command: string, args: string[]): Launched {
  const env = Object.entries(testEnvironment()).filter(([name]) => !name.startsWith("npm_"));
  const child = spawn(command, args, {
    cwd: clone,
    env: { ...Object.fromEntries(env), npm_config_offline: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise<number | string | null>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  const printed = async (text: string) => {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    const end = performance.now() + printedWithinMs;
    while (!output.includes(text)) {
      if (isOver || performance.now() > end) throw new Error(`"${text}" was not printed:\n${output}`);
      await sleep(20);
    }
  };
  return { child, output: () => output, ended, printed };
}

/** `npm start` without npm. */
export const start = (clone: string) => launch(clone, process.execPath, ["tools/setup/start.mjs"]);

export const npmStart = (clone: string) => launch(clone, "npm", ["start"]);
