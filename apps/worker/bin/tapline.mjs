#!/usr/bin/env node
// Plain JavaScript that any Node runs: it only sees to it that the rest runs on the project's own Node 24.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const wantedMajor = 24;

if (Number(process.versions.node.split(".")[0]) >= wantedMajor) await import("../src/cli/main.ts");
else runAgain(findNode());

/** The Node that the npm package `node` brings along, or undefined. */
function findNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    return [join(folder, "bin/node"), join(folder, "bin/node.exe")].find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}

function runAgain(node) {
  if (node === undefined) {
    process.stderr.write(
      `tapline needs Node ${wantedMajor}; this is ${process.version}.\nRun npm install in the project's folder: it brings one along.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
