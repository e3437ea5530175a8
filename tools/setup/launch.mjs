// Plain JavaScript that any Node runs: it only sees to it that the rest runs on the project's own Node 24.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const wantedMajor = 24;

/** Runs the module `entry` of the command `name` here, or `script` once more on the Node that npm brought along. */
export async function launch(name, script, entry) {
  if (Number(process.versions.node.split(".")[0]) < wantedMajor)
    return runAgain(name, fileURLToPath(script), findNode(script));
  // Types are stripped and code is compiled once, not at each call. Where the folder cannot be written it goes without.
  module.enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/tapline", import.meta.url)));
  try {
    await import(new URL(entry, script).href);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write(
      `${name} is not set up: packages are missing (${error.message.split("\n")[0]}).\nRun npm start once, or npm install and npm run generate, in the project's folder.\n`,
    );
    process.exitCode = 1;
  }
}

/** The Node that the npm package `node` brings along, or undefined. */
function findNode(script) {
  try {
    const folder = dirname(createRequire(script).resolve("node/package.json"));
    return [join(folder, "bin/node"), join(folder, "bin/node.exe")].find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}

function runAgain(name, script, node) {
  if (node === undefined) {
    process.stderr.write(
      `${name} needs Node ${wantedMajor}; this is ${process.version}.\nRun npm install in the project's folder: it brings one along.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
