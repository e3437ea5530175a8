import { join } from "node:path";
import { readServersConfig, type ServersConfig } from "./config.ts";
import { isDebian, unpackDebianPackages } from "./debian-packages.ts";
import type { Progress } from "./find-redis.ts";
import { pathExists } from "./path-exists.ts";

/**
 * Debian's libfaketime, unpacked into a private folder: a library that, preloaded, gives one process another clock.
 * Null where it cannot be had.
 */
export async function findFaketime(
  progress: Progress = () => {},
  config: ServersConfig = readServersConfig(),
): Promise<string | null> {
  const root = join(config.cacheDir, "faketime");
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const path = join(root, "usr/lib", triplet, "faketime/libfaketime.so.1");
  if (await pathExists(path)) return path;
  if (process.platform !== "linux" || !(await isDebian(config.searchPath))) return null;
  progress("fetching Debian's libfaketime into a private folder (nothing is installed)");
  try {
    await unpackDebianPackages(["libfaketime"], root);
  } catch {
    return null;
  }
  return (await pathExists(path)) ? path : null;
}
