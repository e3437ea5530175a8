import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { agentVersionSchema } from "@tapline/core/tap";
import { build, type Plugin } from "esbuild";
import { z } from "zod";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;
const agent = join(root, "apps/nfc-agent");
const manifestPath = join(agent, "package.json");

const manifestSchema = z.object({
  version: z.string(),
  license: z.string(),
  optionalDependencies: z.record(z.string(), z.string()),
});

/** Packages written for `require` find one in the bundle. */
const banner =
  'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

/**
 * Bundles the agent into `outDir`/tapline-agent-<version>.tgz, an npm package that needs Node 24 and nothing else.
 * nfc-pcsc, which is built for the machine, stays an optional dependency: npm installs it beside the bundle.
 * @param version default: as package.json has it
 */
export async function packageAgent(
  outDir: string,
  version?: string,
): Promise<{ path: string; bytes: number }> {
  const found = manifestSchema.parse(JSON.parse(await readFile(manifestPath, "utf8")));
  const manifest = { ...found, version: agentVersionSchema.parse(version ?? found.version) };
  const place = await mkdtemp(join(tmpdir(), "tapline-package-"));
  try {
    const folder = join(place, "package");
    await bundle(folder, manifest.version);
    await addFiles(folder, manifest);
    await mkdir(outDir, { recursive: true });
    const path = join(outDir, `tapline-agent-${manifest.version}.tgz`);
    const sameEachTime = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
    await run("tar", [...sameEachTime, "-czf", path, "-C", place, "package"]);
    return { path, bytes: (await stat(path)).size };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Has the bundle know the version that the package has. */
const versionIs = (version: string): Plugin => ({
  name: "version",
  setup: ({ onLoad }) => {
    onLoad({ filter: /nfc-agent\/package\.json$/ }, () => ({
      contents: JSON.stringify({ version }),
      loader: "json",
    }));
  },
});

/** Two programs: the command, and the process that drives PC/SC. */
async function bundle(folder: string, version: string): Promise<void> {
  await build({
    entryPoints: {
      "tapline-agent": join(agent, "src/cli/main.ts"),
      "pcsc-child": join(agent, "src/readers/pcsc/child-main.ts"),
    },
    outdir: join(folder, "lib/agent"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: ["nfc-pcsc"],
    banner: { js: banner },
    plugins: [versionIs(version)],
    logLevel: "error",
  });
}

async function addFiles(folder: string, manifest: z.infer<typeof manifestSchema>): Promise<void> {
  const { version, license, optionalDependencies } = manifest;
  const description = "Reads fitness trackers at NFC readers and delivers their taps to a Tapline server.";
  const bin = { "tapline-agent": "bin/tapline-agent.mjs" };
  const engines = { node: ">=24" };
  const packed = { name: "tapline-agent", version, license, description, type: "module", bin, engines };
  await writeFile(
    join(folder, "package.json"),
    `${JSON.stringify({ ...packed, optionalDependencies }, null, 2)}\n`,
  );
  await mkdir(join(folder, "bin"));
  const assets = new URL("./assets/", import.meta.url).pathname;
  await cp(join(assets, "tapline-agent.mjs"), join(folder, "bin/tapline-agent.mjs"));
  await cp(join(assets, "README.md"), join(folder, "README.md"));
  await cp(join(agent, "install"), join(folder, "install"), { recursive: true });
  await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
}
