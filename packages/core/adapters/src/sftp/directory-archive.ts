import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { link, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveEntry,
  type ArchiveReader,
  checkArchivePath,
  objectPaths,
  quarantineFolder,
} from "@tapline/core/transfer";
import { maxArchivedBytes, sortedEntries } from "./entries.ts";

/** An archive that lies in a local folder: a copy, or the embedded server's own. No file is ever overwritten. */
export class DirectoryArchive implements ArchiveReader {
  readonly #root: string;

  /** @param root an existing folder */
  constructor(root: string) {
    this.#root = resolve(root);
  }

  async read(path: string): Promise<Buffer> {
    const target = await this.#inside(path);
    try {
      await using file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW);
      const { size } = await file.stat();
      if (size > maxArchivedBytes)
        throw new TaplineError("corrupt", `${path} has ${size} bytes: more than any archived file`);
      return await file.readFile();
    } catch (error) {
      throw mapped(error, `reading ${path}`);
    }
  }

  async stat(path: string): Promise<ArchiveEntry | null> {
    const stats = await this.#lstat(await this.#inside(path));
    const name = path.slice(path.lastIndexOf("/") + 1);
    return stats === null ? null : (sortedEntries([{ name, stats }])[0] ?? null);
  }

  async list(dir: string): Promise<ArchiveEntry[]> {
    const target = await this.#inside(dir);
    try {
      const names = await readdir(target);
      const found = await Promise.all(
        names.map(async (name) => ({ name, stats: await this.#lstat(join(target, name)) })),
      );
      return sortedEntries(found.flatMap(({ name, stats }) => (stats === null ? [] : [{ name, stats }])));
    } catch (error) {
      throw mapped(error, `listing ${dir === "" ? this.#root : dir}`);
    }
  }

  /** Takes a segment out of the archive's count, as the SFTP archive does. Safe to run again. */
  async quarantine(segment: string): Promise<void> {
    const { manifest, signature, object } = objectPaths(segment);
    const folder = await this.#inside(`${quarantineFolder}/x`).then(dirname);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const path of [manifest, signature, object]) {
        const [source, target] = [await this.#inside(path), join(folder, basename(path))];
        if ((await this.#lstat(source)) === null && (await this.#lstat(target)) !== null) continue;
        await rename(source, target);
      }
    } catch (error) {
      throw mapped(error, `quarantine of segment ${segment}`);
    }
  }

  /**
   * Adds one file, whole or not at all, to a folder that is there.
   * @returns "present" where the same bytes lie there already
   * @throws TaplineError `conflict` where other bytes do: nothing is overwritten
   */
  async put(path: string, bytes: Uint8Array): Promise<"written" | "present"> {
    const target = await this.#inside(path);
    const part = `${target}.${randomBytes(6).toString("hex")}.part`;
    try {
      await using file = await open(part, "wx", 0o600);
      await file.writeFile(bytes);
      await file.sync();
      // A link, unlike a rename, keeps a name that is taken.
      await link(part, target);
      return "written";
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw mapped(error, `writing ${path}`);
      if ((await this.read(path)).equals(bytes)) return "present";
      throw new TaplineError("conflict", `${path} is there with another content`);
    } finally {
      await rm(part, { force: true });
    }
  }

  /** Moves files into `quarantine/`; those that are not there are left out. Nothing is removed. */
  async setAside(paths: readonly string[]): Promise<void> {
    const folder = await this.#inside(`${quarantineFolder}/x`).then(dirname);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const path of paths) {
        const source = await this.#inside(path);
        if ((await this.#lstat(source)) === null) continue;
        let target = join(folder, basename(path));
        for (let i = 1; (await this.#lstat(target)) !== null; i += 1)
          target = join(folder, `${basename(path)}.${i}`);
        await rename(source, target);
      }
    } catch (error) {
      throw mapped(error, `setting aside ${paths.join(", ")}`);
    }
  }

  /** Removes files for good, in their order; those that are not there are left out. */
  async remove(paths: readonly string[]): Promise<void> {
    try {
      for (const path of paths) await rm(await this.#inside(path), { force: true });
    } catch (error) {
      throw mapped(error, `removal of ${paths.join(", ")}`);
    }
  }

  /** The local path; folders on the way must be folders, so that no link leads outside. */
  async #inside(path: string): Promise<string> {
    checkArchivePath(path);
    const parts = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const folder = join(this.#root, ...parts.slice(0, depth));
      if ((await this.#lstat(folder))?.isSymbolicLink() === true)
        throw new TaplineError(
          "invalid-input",
          `${folder} is a link: an archive is read without following links`,
        );
    }
    return join(this.#root, path);
  }

  async #lstat(path: string): Promise<Stats | null> {
    try {
      return await lstat(path);
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return null;
      throw mapped(error, `looking for ${path}`);
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function mapped(error: unknown, what: string): TaplineError {
  if (error instanceof TaplineError) return error;
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR":
    case "EISDIR":
    case "ELOOP":
      return new TaplineError("not-found", `${what}: no such file or folder in the archive`, {
        cause: error,
      });
    case "EACCES":
    case "EPERM":
      return new TaplineError("misconfigured", `${what}: permission denied`, {
        remedy: "Run as the user who owns the archive, or make it readable.",
        cause: error,
      });
    default:
      return new TaplineError("unavailable", `${what}: ${messageOf(error)}`, { cause: error });
  }
}
