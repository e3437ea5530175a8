import { constants, type Stats } from "node:fs";
import { link, lstat, mkdir, open, opendir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { quarantineFolder } from "@tapline/core/transfer";
import ssh2 from "ssh2";
import { containedPath, partEnding } from "./contained-path.ts";
import { OpenHandles, type Writing } from "./open-handles.ts";

const { OPEN_MODE } = ssh2.utils.sftp;

export interface ArchiveFilesOptions {
  /** Absolute path of the archive's root on disk. */
  readonly root: string;
  readonly maxFileBytes: number;
  /** Shared by all clients: what one of them can still change gets no name by another. */
  readonly writing: Writing;
}

export interface NamedStats {
  readonly name: string;
  readonly stats: Stats;
}

/** Longest answer to one READ, bytes: what OpenSSH asks for. */
const maxReadBytes = 128 * 1024;
const namesPerAnswer = 100;

/** One client's view of the archive on disk: it may add files and read them, and change none that has its name. */
export class ArchiveFiles {
  readonly #options: ArchiveFilesOptions;
  readonly #handles: OpenHandles;
  /** Uploads begun here and not renamed: removed when the client goes. */
  readonly #parts = new Set<string>();

  constructor(options: ArchiveFilesOptions) {
    this.#options = options;
    this.#handles = new OpenHandles(options.writing);
  }

  /** @param flags SFTP's, as ssh2 gives them */
  open(path: string, flags: number): Promise<Buffer> {
    const wanted = OPEN_MODE.WRITE | OPEN_MODE.APPEND | OPEN_MODE.CREAT | OPEN_MODE.TRUNC;
    const writable = (flags & wanted) !== 0;
    return this.#handles.open(async () => {
      const { local } = await containedPath(this.#options.root, path);
      const file = writable ? await this.#create(local, flags) : await openForReading(local);
      return { kind: "file", file, local, writable };
    });
  }

  async read(handle: Buffer, offset: number, length: number): Promise<Buffer> {
    const { file } = this.#handles.get(handle, "file");
    const bytes = Buffer.allocUnsafe(Math.min(length, maxReadBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  }

  async write(handle: Buffer, offset: number, data: Buffer): Promise<void> {
    const { file, writable } = this.#handles.get(handle, "file");
    if (!writable) throw new TaplineError("forbidden", "the file was opened for reading");
    if (offset + data.length > this.#options.maxFileBytes)
      throw new TaplineError("forbidden", `a file may have at most ${this.#options.maxFileBytes} bytes`);
    for (let done = 0; done < data.length; ) {
      const { bytesWritten } = await file.write(data, done, data.length - done, offset + done);
      done += bytesWritten;
    }
  }

  /** Answers only when what was written is on disk: SFTP version 3 has no fsync of its own. */
  async close(handle: Buffer): Promise<void> {
    const taken = this.#handles.take(handle);
    if (taken.kind === "directory") return taken.dir.close();
    try {
      if (taken.writable) await taken.file.sync();
    } finally {
      await taken.file.close();
      this.#handles.closed(taken);
    }
  }

  fstat(handle: Buffer): Promise<Stats> {
    return this.#handles.get(handle, "file").file.stat();
  }

  async stat(path: string): Promise<Stats> {
    return lstat((await containedPath(this.#options.root, path)).local);
  }

  openDirectory(path: string): Promise<Buffer> {
    return this.#handles.open(async () => {
      const { local } = await containedPath(this.#options.root, path);
      return { kind: "directory", dir: await opendir(local), local };
    });
  }

  /** The next names of a folder, at most 100; none at its end. */
  async readDirectory(handle: Buffer): Promise<NamedStats[]> {
    const { dir, local } = this.#handles.get(handle, "directory");
    const found: NamedStats[] = [];
    while (found.length < namesPerAnswer) {
      const entry = await dir.read();
      if (entry === null) break;
      if (!entry.isFile() && !entry.isDirectory()) continue;
      const stats = await lstat(join(local, entry.name)).catch(() => null);
      if (stats !== null) found.push({ name: entry.name, stats });
    }
    return found;
  }

  async makeDirectory(path: string): Promise<void> {
    const { relative, local } = await containedPath(this.#options.root, path);
    if (relative.endsWith(partEnding))
      throw new TaplineError("forbidden", "a folder may not be named like an upload");
    await mkdir(local, { mode: 0o700 });
    await syncDirectory(dirname(local));
  }

  /**
   * Gives an upload its final name, or moves a segment's file into the quarantine under its own name; by link and
   * unlink, so a name that is taken stays as it is.
   */
  async rename(from: string, to: string): Promise<void> {
    const [source, target] = await Promise.all([
      containedPath(this.#options.root, from),
      containedPath(this.#options.root, to),
    ]);
    if (!isCommit(source.relative, target.relative) && !isQuarantine(source.relative, target.relative))
      throw new TaplineError(
        "forbidden",
        `only an upload may be renamed, and a segment's file only into ${quarantineFolder}/`,
      );
    if (this.#handles.isWritten(source.local)) throw new TaplineError("conflict", "the upload is still open");
    if (!(await lstat(source.local)).isFile())
      throw new TaplineError("forbidden", "only a file may be renamed");
    await link(source.local, target.local);
    await unlink(source.local);
    this.#parts.delete(source.local);
    await syncDirectory(dirname(target.local));
  }

  async remove(path: string): Promise<void> {
    const { relative, local } = await containedPath(this.#options.root, path);
    if (!relative.endsWith(partEnding)) throw new TaplineError("forbidden", "archived files are not removed");
    await unlink(local);
    this.#parts.delete(local);
  }

  /** The client is gone: closes what it held open and removes its unfinished uploads. */
  async release(): Promise<void> {
    await this.#handles.closeAll();
    for (const part of this.#parts) await unlink(part).catch(() => undefined);
    this.#parts.clear();
  }

  async #create(local: string, flags: number) {
    const wanted = OPEN_MODE.WRITE | OPEN_MODE.CREAT;
    if (
      !basename(local).endsWith(partEnding) ||
      (flags & wanted) !== wanted ||
      (flags & OPEN_MODE.APPEND) !== 0
    )
      throw new TaplineError("forbidden", `only new files ending in ${partEnding} may be written`);
    const mode = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(local, mode, 0o600);
    this.#parts.add(local);
    return file;
  }
}

async function openForReading(local: string) {
  const file = await open(local, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new TaplineError("forbidden", "only files can be read");
}

/** A new name is on disk only when its folder is (fsync(2)). */
async function syncDirectory(local: string): Promise<void> {
  await using folder = await open(local, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync();
}

function isCommit(from: string, to: string): boolean {
  return from.endsWith(partEnding) && !to.endsWith(partEnding);
}

function isQuarantine(from: string, to: string): boolean {
  const name = basename(from);
  return (
    /^segment-[0-9a-f-]{36}\./.test(name) && dirname(from) !== "." && to === `${quarantineFolder}/${name}`
  );
}
