import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, node24, quietEnvironment, root } from "./paths.mjs";
import { runStep, say } from "./run-step.mjs";

const stampPath = join(root, "node_modules/.tapline-setup");
/** There while npm changes node_modules: found by a later start, it says that nobody knows what lies there. */
const markPath = join(root, "node_modules/.tapline-installing");

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
  const asked = new Set(wanted.flatMap(([path, entry]) => optionalOfOurs(path, entry)));
  return wanted.every(([path, entry]) => {
    if (!path.startsWith("node_modules/") || entry.link) return true;
    const there = found[path];
    if (there !== undefined) return there.version === entry.version;
    const isElsewhere = entry.os !== undefined || !asked.has(path);
    return (entry.optional === true && isElsewhere) || entry.peer === true;
  });
}

/** Where the packages lie that one of our workspaces calls optional: npm takes them away where it cannot build them, which we do by ourselves. */
function optionalOfOurs(path, { optionalDependencies = {} }) {
  const isOurs = !path.split("/").includes("node_modules");
  return isOurs ? Object.keys(optionalDependencies).map((name) => `node_modules/${name}`) : [];
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

/** Removes what is in node_modules, those of the workspaces too: npm takes a folder that it had half written for a whole one. */
async function clearHalfInstalled() {
  if (!(await exists(markPath))) return;
  say("the last installation was broken off: it is done anew");
  const { workspaces = [] } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const inRoot = await readdir(join(root, "node_modules"));
  // All but the mark, which stands until an installation has ended: this, too, may be broken off.
  const half = [
    ...workspaces.map((folder) => join(folder, "node_modules")),
    ...inRoot.map((name) => join("node_modules", name)),
  ].map((path) => join(root, path));
  for (const path of half) if (path !== markPath) await rm(path, { recursive: true, force: true });
}

async function install() {
  await mkdir(join(root, "node_modules"), { recursive: true });
  await writeFile(markPath, "");
  await runStep({
    what: "npm packages, usually 1 to 3 minutes",
    failure:
      "npm could not install the packages; is the npm registry reachable, and is there 2 GB of disk left?",
    // Not `npm ci`: it refuses a lock file in which another platform's optional package is missing.
    ...npm(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]),
    options: { cwd: root, env: quietEnvironment() },
  });
  await rm(markPath);
}

/** Runs the wanted install scripts: npm install has run none. */
async function runScripts() {
  const names = await packagesWithScripts();
  if (names.length === 0) return;
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
  await clearHalfInstalled();
  const isStamped = (await readFile(stampPath, "utf8").catch(() => "")) === stamp;
  if (isStamped && (await exists(node24))) return;
  // While it is not whole, it has no stamp.
  await rm(stampPath, { force: true });
  if (!(await matchesLock(lockText))) await install();
  await runScripts();
  await writeFile(stampPath, stamp);
}
