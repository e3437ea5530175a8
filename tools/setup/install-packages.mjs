import { createHash } from "node:crypto";
import { access, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runStep } from "./run-step.mjs";

export const root = join(import.meta.dirname, "../..");
export const node24 = join(root, "node_modules/.bin/node");
const stampPath = join(root, "node_modules/.tapline-setup");

export const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Settings for every program that set-up runs: none of them may call home. */
export function quietEnvironment() {
  const bin = join(root, "node_modules/.bin");
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== bin);
  return {
    ...process.env,
    PATH: path.join(delimiter),
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    npm_config_update_notifier: "false",
  };
}

/** npm as the one who called us runs it, so that a second npm or Node on the machine is not picked by chance. */
export function npm(args) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  return script?.endsWith(".js") && node
    ? { command: node, args: [script, ...args] }
    : { command: "npm", args };
}

/** True where node_modules holds, version for version, what the lock file asks of this machine. */
async function matchesLock(lockText) {
  const hidden = await readFile(join(root, "node_modules/.package-lock.json"), "utf8").catch(() => undefined);
  if (hidden === undefined) return false;
  const wanted = Object.entries(JSON.parse(lockText).packages);
  const found = JSON.parse(hidden).packages;
  return wanted.every(([path, entry]) => {
    if (!path.startsWith("node_modules/") || entry.link) return true;
    const there = found[path];
    return there === undefined
      ? entry.optional === true || entry.peer === true
      : there.version === entry.version;
  });
}

/** Packages that `build-native.mjs` compiles, where it can: not every machine has a compiler. */
const compiledPackages = ["@pokusew/pcsclite", "ssh2"];

/** Packages whose install scripts are allowed and wanted; all other scripts stay unrun. */
async function packagesWithScripts() {
  const { allowScripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const names = Object.keys(allowScripts).filter(
    (name) => allowScripts[name] && !compiledPackages.includes(name),
  );
  const there = await Promise.all(
    names.map((name) => exists(join(root, "node_modules", name, "package.json"))),
  );
  return names.filter((_, index) => there[index]);
}

async function rebuild() {
  const names = await packagesWithScripts();
  await runStep({
    what: `preparing ${names.join(", ")}`,
    failure: "npm could not prepare the packages that carry programs",
    ...npm(["rebuild", "--no-audit", "--no-fund", ...names]),
    options: { cwd: root, env: quietEnvironment() },
  });
}

/** Sees to it that node_modules holds what package-lock.json names, Node 24 among it. */
export async function installPackages() {
  const lockText = await readFile(join(root, "package-lock.json"), "utf8");
  const stamp = createHash("sha256").update(lockText).digest("hex");
  const isStamped = (await readFile(stampPath, "utf8").catch(() => "")) === stamp;
  if (isStamped && (await exists(node24))) return;
  if (!(await matchesLock(lockText))) {
    await runStep({
      what: "installing npm packages (first start, or package-lock.json has changed); about a minute",
      failure:
        "npm could not install the packages; is the npm registry reachable, and is there 2 GB of disk left?",
      // Not `npm ci`: it refuses a lock file in which another platform's optional package is missing.
      ...npm(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]),
      options: { cwd: root, env: quietEnvironment() },
    });
  }
  await rebuild();
  await writeFile(stampPath, stamp);
}
