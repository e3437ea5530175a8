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
import { partFolders, removeOldParts } from "./old-parts.ts";
import { readRemote, statRemote } from "./remote-file.ts";
import { removeRemote, setAsideRemote } from "./set-aside.ts";
import { SftpPool } from "./sftp-pool.ts";
import type { SftpSession } from "./sftp-session.ts";
import { readHostKeyPins, readSftpUrl, type SftpHooks, type SftpSettings } from "./sftp-settings.ts";
import { type CheckedFile, SftpWriter } from "./sftp-writer.ts";

/** One file as it is to lie in the archive. */
export type ArchiveFile = { readonly path: string; readonly bytes: Uint8Array };

/**
 * An archive on an SFTP server, over connections that uploads share. Write-once: a final name is never overwritten. A
 * lost connection is opened anew by the next call; after failures in a row, calls fail at once for a while.
 * Errors: `unavailable`, `misconfigured` (host key changed, key refused, no permission), `corrupt`, `conflict`,
 * `not-found`, `invalid-input`.
 */
export class SftpArchive implements ArchiveReader {
  readonly #root: string;
  readonly #pool: SftpPool;
  readonly #writer: SftpWriter;

  /** @throws TaplineError `misconfigured` where URL or pin are unreadable; connects later */
  constructor(settings: SftpSettings, hooks: SftpHooks = {}) {
    this.#root = readSftpUrl(settings.url).root;
    readHostKeyPins(settings.hostKeyPin);
    this.#writer = new SftpWriter(this.#root, settings, hooks);
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
   * Uploads one file: `….part`, many pieces in flight, flushed where offered, read back whole where the settings'
   * share draws it, renamed, size checked.
   * @returns "present" where the same bytes lie there already
   * @throws TaplineError `conflict` where other bytes do: nothing is overwritten
   */
  put(path: string, bytes: Uint8Array): Promise<"written" | "present"> {
    const file = fileOf({ path, bytes });
    return this.#pool.run(`upload of ${path}`, (session) => this.#writer.put(session, file));
  }

  /**
   * Uploads files that count together, side by side: `last` gets its name only once the others have theirs.
   * @throws as `put`, where one of them fails; `last` has no name then
   */
  putTogether(others: readonly ArchiveFile[], last: ArchiveFile): Promise<"written" | "present"> {
    const checked = others.map(fileOf);
    const commit = fileOf(last);
    return this.#pool.run(`upload of ${last.path}`, async (session) => {
      const naming = Promise.all(checked.map((file) => this.#writer.put(session, file)));
      const [named, staged] = await Promise.allSettled([naming, this.#writer.stage(session, commit)]);
      if (named.status === "rejected") {
        if (staged.status === "fulfilled") await this.#writer.discard(session, staged.value);
        throw named.reason;
      }
      if (staged.status === "rejected") throw staged.reason;
      return await this.#writer.commit(session, staged.value);
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
      await this.#writer.folder(session, quarantineFolder);
      for (const path of [manifest, signature, object]) {
        const source = this.#absolute(path);
        const target = this.#absolute(`${quarantineFolder}/${path.slice(path.lastIndexOf("/") + 1)}`);
        if (
          (await statRemote(session, source)) === null ||
          (await this.#writer.rename(session, source, target))
        )
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
      await this.#writer.folder(session, quarantineFolder);
      const rename = (from: string, to: string) => this.#writer.rename(session, from, to);
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

function fileOf({ path, bytes }: ArchiveFile): CheckedFile {
  checkArchivePath(path);
  return { path, content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
