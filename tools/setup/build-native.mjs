import { readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { npm } from "./install-packages.mjs";
import { Interrupted } from "./interruption.mjs";
import { exists, node24, quietEnvironment, root } from "./paths.mjs";
import { runStep, say } from "./run-step.mjs";

const headers = join(root, `node_modules/node-linux-${process.arch}`);

/**
 * What is compiled where a compiler is there, and done without where none is. `result` is the file that a build leaves,
 * `header` one that it needs beside Node's own.
 */
const bindings = [
  {
    name: "the PC/SC binding",
    package: "@pokusew/pcsclite",
    stamp: ".tapline-pcsc",
    result: "build/Release/pcsclite.node",
    header: { path: "/usr/include/PCSC/winscard.h", missing: "the PC/SC headers are missing" },
    without: "no PC/SC",
    remedy: [
      "real NFC readers need it, simulated ones do not; Debian, as root:",
      "apt-get install libpcsclite-dev build-essential python3",
    ],
  },
  {
    name: "the SSH cipher binding",
    package: "ssh2",
    stamp: ".tapline-ssh2",
    result: "lib/protocol/crypto/build/Release/sshcrypto.node",
    header: null,
    without: "slower uploads to the archive",
    remedy: [
      "they need more processor time, nothing else; Debian, as root:",
      "apt-get install build-essential python3",
    ],
  },
];

async function has(...programs) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const program of programs) {
    const found = await Promise.all(folders.map((path) => exists(join(path, program))));
    if (!found.includes(true)) return false;
  }
  return true;
}

/** What stands in the way of a build, or undefined. */
async function obstacle({ header }) {
  if (process.platform !== "linux") return "set-up builds it on Linux alone";
  if (header !== null && !(await exists(header.path))) return header.missing;
  if (!(await has("g++", "make", "python3"))) return "a compiler (g++, make, python3) is missing";
  if (!(await exists(join(headers, "include/node/node.h")))) return `Node 24's headers are not in ${headers}`;
  return undefined;
}

/** Names what a build depends on: once it succeeded, or failed, for these, there is no use in another. */
async function stampOf(binding, folder, why) {
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const node = JSON.parse(await readFile(join(headers, "package.json"), "utf8").catch(() => "{}"));
  const header = binding.header === null ? undefined : await stat(binding.header.path).catch(() => undefined);
  return JSON.stringify([version, node.version, process.arch, header?.mtimeMs, why]);
}

async function build(binding, folder) {
  await runStep({
    what: `building ${binding.name}, usually under a minute`,
    failure: "it did not compile",
    ...npm(["rebuild", "--no-audit", "--no-fund", binding.package]),
    // Without nodedir node-gyp would fetch headers from the network, and for the Node that npm runs on.
    options: { cwd: root, env: { ...quietEnvironment(), npm_config_nodedir: headers } },
  });
  // The file itself: a package may load without its binding, and its install script may pass over a failed build.
  await runStep({
    what: `loading ${binding.name}`,
    failure: "it was built but does not load",
    command: node24,
    args: ["-e", `require(${JSON.stringify(join(folder, binding.result))})`],
    options: { cwd: root },
  });
}

async function buildOne(binding, again) {
  const folder = join(root, "node_modules", binding.package);
  const stampPath = join(root, "node_modules", binding.stamp);
  if (!(await exists(join(folder, "package.json")))) return;
  const why = await obstacle(binding);
  const stamp = await stampOf(binding, folder, why);
  const [outcome, ...rest] = (await readFile(stampPath, "utf8").catch(() => "")).split(" ");
  const isSame = rest.join(" ") === stamp;
  if (isSame && outcome === "built" && (await exists(join(folder, binding.result)))) return;
  if (isSame && outcome === "failed" && !again) return;
  try {
    if (why !== undefined) throw new Error(why);
    await build(binding, folder);
    await writeFile(stampPath, `built ${stamp}`);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    say(`${binding.without}: ${error.message.replace(/\.$/, "")}`);
    for (const line of binding.remedy) say(`  ${line}`);
    await writeFile(stampPath, `failed ${stamp}`);
  }
}

/**
 * Builds the native bindings that can be built. That one cannot is no failure: it is said in one line, once per cause.
 * @param {{ again?: boolean }} options `again`: try even where the same try has failed before
 */
export async function buildNative({ again = false } = {}) {
  for (const binding of bindings) await buildOne(binding, again);
}
