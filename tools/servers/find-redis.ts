import { copyFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { readServersConfig, type ServersConfig } from "./config.ts";
import { installDebianPackages, isDebian, unpackDebianPackages } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { pathExists } from "./path-exists.ts";

/** A Redis server program, and the folders of libraries that it needs beside the machine's own. */
export type RedisProgram = Readonly<{ path: string; libraryPath: string | undefined }>;

/** Told what is being fetched, and why, before it takes time. */
export type Progress = (line: string) => void;

const names = ["redis-server", "valkey-server"];
/** `redis-check-rdb` is the server's own program under another name: it acts by the name it is called by. */
const privatePackages = ["redis-tools", "libjemalloc2", "liblzf1"];

async function libraryPath(root: string): Promise<string> {
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return [join(root, "usr/lib", triplet), join(root, "lib", triplet)].join(":");
}

async function privateCopy(cacheDir: string, progress: Progress): Promise<RedisProgram> {
  const root = join(cacheDir, "redis");
  const path = join(root, "usr/bin/redis-server");
  const program = { path, libraryPath: await libraryPath(root) };
  if (await pathExists(path)) return program;
  progress("fetching Debian's Redis into a private folder (nothing is installed)");
  await unpackDebianPackages(privatePackages, root);
  await copyFile(join(dirname(path), "redis-check-rdb"), `${path}.part`);
  await rename(`${path}.part`, path);
  return program;
}

/**
 * A Redis server program: on PATH, else a private copy of Debian's, else installed by apt when root.
 * Throws `unavailable` naming the remedies. No way leaves a service running.
 */
export async function findRedis(
  progress: Progress = () => {},
  config: ServersConfig = readServersConfig(),
): Promise<RedisProgram> {
  const onPath = await findProgram(names, config.searchPath);
  if (onPath !== undefined) return { path: onPath, libraryPath: undefined };
  let reason = "this is not a Debian machine";
  if (await isDebian(config.searchPath)) {
    try {
      return await privateCopy(config.cacheDir, progress);
    } catch (error) {
      reason = messageOf(error);
    }
    if (process.getuid?.() === 0) {
      progress("installing Debian's redis-server (its service is not started)");
      await installDebianPackages(["redis-server"]).catch((error) => {
        reason = messageOf(error);
      });
      const installed = await findProgram(names, config.searchPath);
      if (installed !== undefined) return { path: installed, libraryPath: undefined };
    }
  }
  throw new TaplineError("unavailable", `no Redis server was found, and none could be fetched: ${reason}`, {
    remedy:
      "set REDIS_URL to a running Redis 6.2 or newer, or install one (Debian: apt-get install redis-server; macOS: brew install redis)",
  });
}
