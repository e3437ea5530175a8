import { constants, cpSync, existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { productionPackages, readLock } from "./production-packages.ts";

/** What processes of the image run. The agent is a package of its own (`npm run package:agent`). */
export const imageWorkspaces = ["apps/worker", "apps/web"] as const;

/** Beside the workspaces: migrations and what applies them, the start by ROLE, and the command `tapline`. */
const files = [
  "tools/image/program",
  "tools/database",
  "tools/setup/launch.mjs",
  "prisma/migrations",
  "LICENSE",
];

/**
 * Packages that no process loads: Next builds pages with SWC (95 MB), and tRPC has TypeScript (31 MB) as its peer for the types of
 * whoever compiles.
 */
export const neverLoaded = /^(?:@next\/swc-.+|typescript)$/;

const unneeded = /(?:\.test\.tsx?|\.fixture\.tsx?|\.map|\.tsbuildinfo)$/;
const unneededFolders = /^(?:test-site|node_modules|cache|dev)$/;

const rootSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/**
 * Writes the files that the image holds into `out`, which is emptied first: the workspaces' sources without their tests, built
 * pages, and the packages of production alone. It takes them from a project that is installed and built.
 * @returns the packages and workspaces that it has written, as the lock names them
 * @throws TaplineError `misconfigured` where the console was not built
 */
export async function writeTree(root: string, out: string): Promise<{ paths: readonly string[] }> {
  if (!existsSync(join(root, "apps/web/.next/BUILD_ID")))
    throw new TaplineError("misconfigured", "the console's pages have not been built", {
      remedy: "run `npm run build -w apps/web`",
    });
  await rm(out, { recursive: true, force: true });
  const lock = readLock(await readFile(join(root, "package-lock.json"), "utf8"));
  const paths = productionPackages(lock, imageWorkspaces, neverLoaded, (path) =>
    existsSync(join(root, path)),
  );
  for (const path of paths) {
    const about = lock.packages[path];
    if (about?.link) await link(join(out, path), join(out, about.resolved ?? ""));
    else await copy(join(root, path), join(out, path), path.includes("node_modules/"));
  }
  for (const path of files) await copy(join(root, path), join(out, path), false);
  const { name, version, license } = rootSchema.parse(
    JSON.parse(await readFile(join(root, "package.json"), "utf8")),
  );
  const about = { name, version, license, private: true, type: "module" };
  await writeFile(join(out, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
  return { paths };
}

async function link(at: string, to: string): Promise<void> {
  await mkdir(dirname(at), { recursive: true });
  await symlink(relative(dirname(at), to), at);
}

/** @param isPackage of npm's: taken whole, but for packages within it, which have paths of their own */
async function copy(from: string, to: string, isPackage: boolean): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  // Most packages are taken whole: without a look at each of their files that is many times as fast.
  if (isPackage && !existsSync(join(from, "node_modules"))) return cpSync(from, to, { recursive: true });
  await cp(from, to, {
    recursive: true,
    // Where the file system can, nothing is copied before somebody writes it.
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => {
      if (path === from) return true;
      const name = basename(path);
      return isPackage ? name !== "node_modules" : !unneeded.test(name) && !unneededFolders.test(name);
    },
  });
}
