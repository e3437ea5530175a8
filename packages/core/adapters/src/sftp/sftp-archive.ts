import { randomBytes, randomInt } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveEntry,
  type ArchiveReader,
  checkArchivePath,
  objectPaths,
  quarantineFolder,
} from "@tapline/core/transfer";
import type { FileEntryWithStats } from "ssh2";
import { maxArchivedBytes, sortedEntries } from "./entries.ts";
import { refusesToOverwrite, renameUnderClaim } from "./exclusive-rename.ts";
import { explainFullDisk, SpaceWatch } from "./free-space.ts";
import { partFolders, removeOldParts } from "./old-parts.ts";
import {
  makeFolders,
  readRemote,
  removeQuietly,
  renameRemote,
  statRemote,
  writeRemote,
} from "./remote-file.ts";
import { removeRemote, setAsideRemote } from "./set-aside.ts";
import { SftpPool } from "./sftp-pool.ts";
import type { SftpSession } from "./sftp-session.ts";
import { readHostKeyPins, readSftpUrl, type SftpHooks, type SftpSettings } from "./sftp-settings.ts";

/** Reading back a manifest or a signature costs one round trip and hardly a byte. */
const alwaysReadBackBytes = 64 * 1024;

/**
 * An archive on an SFTP server, over connections that uploads share. Write-once: a final name is never overwritten. A
 * lost connection is opened anew by the next call; after failures in a row, calls fail at once for a while.
 * Errors: `unavailable`, `misconfigured` (host key changed, key refused, no permission), `corrupt`, `conflict`,
 * `not-found`, `invalid-input`.
 */
export class SftpArchive implements ArchiveReader {
  readonly #root: string;
  readonly #readBackShare: number;
  readonly #hooks: SftpHooks;
  readonly #pool: SftpPool;
  readonly #space: SpaceWatch;
  /** Whether the server's rename keeps a name that is taken; found out by the first upload. */
  #keepsTaken: Promise<boolean> | null = null;
  /** Folders known to be there, or being made. */
  readonly #folders = new Map<string, Promise<void>>();

  /** @throws TaplineError `misconfigured` where URL or pin are unreadable; connects later */
  constructor(settings: SftpSettings, hooks: SftpHooks = {}) {
    this.#root = readSftpUrl(settings.url).root;
    this.#readBackShare = settings.readBackShare ?? 1;
    this.#hooks = hooks;
    readHostKeyPins(settings.hostKeyPin);
    const { warnFreeBytes = 0, stopFreeBytes = 0 } = settings;
    this.#space = new SpaceWatch({ warnFreeBytes, stopFreeBytes }, hooks.onSpace ?? (() => undefined));
    const onCircuit = hooks.onCircuit ?? (() => undefined);
    this.#pool = new SftpPool(settings, (session) => this.#checkRoot(session), onCircuit);
  }

  /** Connects and checks that the root folder is there. Optional: the first call does it too. */
  connect(): Promise<void> {
    return this.#pool.run("connecting to the archive", () => Promise.resolve());
  }

  /** True while nothing is tried, since it failed before. */
  get isResting(): boolean {
    return this.#pool.isResting;
  }

  /** Since when all that was tried has failed, and why; null where the last call was well, or none was made. */
  get failing(): { readonly error: TaplineError; readonly forMs: number } | null {
    return this.#pool.failing;
  }

  /**
   * Uploads one file: `….part`, 64 pieces in flight, flushed where offered, read back whole where the settings'
   * share draws it, renamed, size checked.
   * @returns "present" where the same bytes lie there already
   * @throws TaplineError `conflict` where other bytes do: nothing is overwritten
   */
  put(path: string, bytes: Uint8Array): Promise<"written" | "present"> {
    checkArchivePath(path);
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#pool.run(`upload of ${path}`, async (session) => {
      if (await this.#holds(session, path, content)) return "present";
      await this.#space.check(session, this.#absolute(""));
      await this.#folder(session, path.slice(0, Math.max(0, path.lastIndexOf("/"))));
      return this.#upload(session, path, content);
    });
  }

  read(path: string): Promise<Buffer> {
    const target = this.#absolute(checkArchivePath(path));
    return this.#pool.run(`reading ${path}`, (session) => readRemote(session, target, maxArchivedBytes));
  }

  stat(path: string): Promise<ArchiveEntry | null> {
    const target = this.#absolute(checkArchivePath(path));
    return this.#pool.run(`looking for ${path}`, async (session) => {
      const stats = await statRemote(session, target);
      const name = path.slice(path.lastIndexOf("/") + 1);
      return stats === null ? null : (sortedEntries([{ name, stats }])[0] ?? null);
    });
  }

  list(dir: string): Promise<ArchiveEntry[]> {
    const target = this.#absolute(checkArchivePath(dir));
    return this.#pool.run(`listing ${dir === "" ? "the archive" : dir}`, async (session) => {
      const found = await session.call<FileEntryWithStats[]>((reply) => session.sftp.readdir(target, reply));
      return sortedEntries(found.map(({ filename, attrs }) => ({ name: filename, stats: attrs })));
    });
  }

  /**
   * Takes a segment out of the archive's count: moves its files, the manifest first, into `quarantine/`. Nothing
   * is removed, and what is not there need not move. Safe to run again.
   */
  quarantine(segment: string): Promise<void> {
    const { manifest, signature, object } = objectPaths(segment);
    return this.#pool.run(`quarantine of segment ${segment}`, async (session) => {
      await this.#folder(session, quarantineFolder);
      for (const path of [manifest, signature, object]) {
        const source = this.#absolute(path);
        const target = this.#absolute(`${quarantineFolder}/${path.slice(path.lastIndexOf("/") + 1)}`);
        if ((await statRemote(session, source)) === null || (await this.#rename(session, source, target)))
          continue;
        throw new TaplineError("unavailable", `${path} cannot be moved into ${quarantineFolder}/`, {
          remedy: "Give the archive's user the right to rename, or move the segment's files by hand.",
        });
      }
    });
  }

  /**
   * Removes uploads that nobody finished: files of our own naming that nobody wrote to for `olderThanMs`.
   * @param days folders of days, `YYYY/MM/DD`, beside the archive's root; those that are not there are passed over
   * @returns how many were removed
   */
  removeOldParts(days: readonly string[], olderThanMs: number): Promise<number> {
    return this.#pool.run("removing what unfinished uploads left", async (session) => {
      let removed = 0;
      for (const folder of partFolders(days))
        removed += await removeOldParts(session, this.#absolute(folder), Date.now() - olderThanMs);
      return removed;
    });
  }

  /** Moves files into `quarantine/`; those that are not there are left out. Nothing is removed. */
  setAside(paths: readonly string[]): Promise<void> {
    const checked = paths.map(checkArchivePath);
    const absolute = (path: string) => this.#absolute(path);
    return this.#pool.run(`setting aside ${paths.join(", ")}`, async (session) => {
      await this.#folder(session, quarantineFolder);
      const rename = (from: string, to: string) => this.#rename(session, from, to);
      for (const path of checked) await setAsideRemote(session, { rename, absolute }, path);
    });
  }

  /**
   * Removes files for good, in their order; those that are not there are left out.
   * @throws TaplineError `forbidden` where the server refuses it, as a write-once archive does
   */
  remove(paths: readonly string[]): Promise<void> {
    const checked = paths.map(checkArchivePath);
    return this.#pool.run(`removal of ${paths.join(", ")}`, async (session) => {
      for (const path of checked) await removeRemote(session, this.#absolute(path), path);
    });
  }

  /** Ends the connection within about 2 s, whatever the server does. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #upload(session: SftpSession, path: string, content: Buffer): Promise<"written" | "present"> {
    const target = this.#absolute(path);
    // Two workers may upload one segment at once: a name of its own for each keeps them apart.
    const part = `${target}.${randomBytes(6).toString("hex")}.part`;
    const readBack = this.#drawsReadBack(content.length);
    try {
      await writeRemote(session, part, content, readBack);
      await this.#hooks.onPart?.(path);
      if (await this.#rename(session, part, target)) {
        await this.#checkSize(session, path, content.length);
        this.#hooks.onWritten?.({ path, bytes: content.length, readBack });
        return "written";
      }
      if (!(await this.#holds(session, path, content)))
        throw new TaplineError("unavailable", `${path} was uploaded but the archive refuses to rename it`, {
          remedy: "Look at the SFTP server's log and permissions.",
        });
      await removeQuietly(session, part);
      return "present";
    } catch (error) {
      // Its folder may have been taken away: look anew next time.
      this.#folders.clear();
      const cause = await explainFullDisk(session, this.#absolute(""), content.length, error);
      if (session.alive) await removeQuietly(session, part);
      throw cause;
    }
  }

  /** Renames without overwriting. @returns false where the name is taken */
  async #rename(session: SftpSession, from: string, to: string): Promise<boolean> {
    const stem = this.#absolute(`rename-test.${randomBytes(6).toString("hex")}`);
    this.#keepsTaken ??= refusesToOverwrite(session, stem);
    const keepsTaken = await this.#keepsTaken.catch((error: unknown) => {
      this.#keepsTaken = null;
      throw error;
    });
    return keepsTaken ? await renameRemote(session, from, to) : await renameUnderClaim(session, from, to);
  }

  /** Drawn anew for each file, by nothing that whoever writes could foresee. */
  #drawsReadBack(bytes: number): boolean {
    return bytes <= alwaysReadBackBytes || randomInt(1_000_000) < this.#readBackShare * 1_000_000;
  }

  async #checkSize(session: SftpSession, path: string, bytes: number): Promise<void> {
    const stats = await statRemote(session, this.#absolute(path));
    if (stats?.size !== bytes)
      throw new TaplineError(
        "corrupt",
        `${path} has ${stats?.size ?? 0} bytes in the archive, not ${bytes}`,
        {
          remedy: "Check the archive's disk; the upload is tried again.",
        },
      );
  }

  /** True where the archive holds exactly these bytes under `path`. @throws TaplineError `conflict` for others */
  async #holds(session: SftpSession, path: string, content: Buffer): Promise<boolean> {
    const stats = await statRemote(session, this.#absolute(path));
    if (stats === null) return false;
    const same =
      stats.isFile() &&
      stats.size === content.length &&
      (await readRemote(session, this.#absolute(path), maxArchivedBytes)).equals(content);
    if (same) return true;
    throw new TaplineError(
      "conflict",
      `the archive holds something else under ${path}; it was left as it is`,
      {
        remedy: "Compare it with the segment's manifest, and move it away by hand if it is wrong.",
        facts: { path },
      },
    );
  }

  #folder(session: SftpSession, dir: string): Promise<void> {
    if (dir === "") return Promise.resolve();
    const known = this.#folders.get(dir);
    if (known !== undefined) return known;
    const made = makeFolders(session, this.#root, dir);
    this.#folders.set(dir, made);
    made.catch(() => this.#folders.delete(dir));
    return made;
  }

  async #checkRoot(session: SftpSession): Promise<void> {
    const root = this.#root === "" ? "/" : this.#root;
    // The dot makes a link to the root folder count as the folder.
    if ((await statRemote(session, `${this.#root}/.`))?.isDirectory() === true) return;
    throw new TaplineError("misconfigured", `the archive has no folder ${root}, or does not show it to us`, {
      remedy: "Create it on the server, or correct TAPLINE_ARCHIVE_URL.",
    });
  }

  #absolute(path: string): string {
    return path === "" ? `${this.#root}/` : `${this.#root}/${path}`;
  }
}
