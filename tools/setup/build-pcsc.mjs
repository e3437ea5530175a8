import { readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { exists, node24, npm, pcscPackage, quietEnvironment, root } from "./install-packages.mjs";
import { runStep, say } from "./run-step.mjs";

const folder = join(root, "node_modules", pcscPackage);
const stampPath = join(root, "node_modules/.tapline-pcsc");
const headers = join(root, `node_modules/node-linux-${process.arch}`);
const winscard = "/usr/include/PCSC/winscard.h";
const remedy =
  "real NFC readers need it, simulated ones do not; Debian, as root: apt-get install libpcsclite-dev build-essential python3";

async function has(...programs) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const program of programs) {
    const found = await Promise.all(folders.map((path) => exists(join(path, program))));
    if (!found.includes(true)) return false;
  }
  return true;
}

/** What stands in the way of a build, or undefined. */
async function obstacle() {
  if (process.platform !== "linux") return "set-up builds it on Linux alone";
  if (!(await exists(winscard))) return "the PC/SC headers are missing";
  if (!(await has("g++", "make", "python3"))) return "a compiler (g++, make, python3) is missing";
  if (!(await exists(join(headers, "include/node/node.h")))) return `Node 24's headers are not in ${headers}`;
  return undefined;
}

/** Names what a build depends on: once it succeeded, or failed, for these, there is no use in another. */
async function stampOf(why) {
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const node = JSON.parse(await readFile(join(headers, "package.json"), "utf8").catch(() => "{}"));
  const header = await stat(winscard).catch(() => undefined);
  return JSON.stringify([version, node.version, process.arch, header?.mtimeMs, why]);
}

async function build() {
  await runStep({
    what: "building the PC/SC binding for Node 24",
    failure: "it did not compile",
    ...npm(["rebuild", "--no-audit", "--no-fund", pcscPackage]),
    // Without nodedir node-gyp would fetch headers from the network, and for the Node that npm runs on.
    options: { cwd: root, env: { ...quietEnvironment(), npm_config_nodedir: headers } },
  });
  await runStep({
    what: "loading the PC/SC binding",
    failure: "it was built but does not load",
    command: node24,
    args: ["-e", `require(${JSON.stringify(folder)})`],
    options: { cwd: root },
  });
}

/**
 * Builds the PC/SC binding where it can be built. That it cannot is no failure: it is said in one line, once per cause.
 * @param {{ again?: boolean }} options `again`: try even where the same try has failed before
 */
export async function buildPcsc({ again = false } = {}) {
  if (!(await exists(join(folder, "package.json")))) return;
  const why = await obstacle();
  const stamp = await stampOf(why);
  const [outcome, ...rest] = (await readFile(stampPath, "utf8").catch(() => "")).split(" ");
  const isSame = rest.join(" ") === stamp;
  if (isSame && outcome === "built" && (await exists(join(folder, "build/Release/pcsclite.node")))) return;
  if (isSame && outcome === "failed" && !again) return;
  try {
    if (why !== undefined) throw new Error(why);
    await build();
    await writeFile(stampPath, `built ${stamp}`);
  } catch (error) {
    say(`no PC/SC: ${error.message.replace(/\.$/, "")} (${remedy})`);
    await writeFile(stampPath, `failed ${stamp}`);
  }
}
