import { randomBytes, randomInt } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import { maxArchivedBytes } from "./entries.ts";
import { refusesToOverwrite, renameUnderClaim } from "./exclusive-rename.ts";
import { explainFullDisk, SpaceWatch } from "./free-space.ts";
import {
  makeFolders,
  readRemote,
  removeQuietly,
  renameRemote,
  statRemote,
  writeRemote,
} from "./remote-file.ts";
import type { SftpSession } from "./sftp-session.ts";
import type { SftpHooks, SftpSettings } from "./sftp-settings.ts";

/** Reading back a manifest or a signature costs one round trip and hardly a byte. */
const alwaysReadBackBytes = 64 * 1024;

/** A file to be written, its path checked. */
export type CheckedFile = { readonly path: string; readonly content: Buffer };

/** A file that is not there yet under its name. `part`: its passing name; null where the same bytes have the name already. */
export type StagedFile = CheckedFile & { readonly part: string | null; readonly readBack: boolean };

/**
 * Writes files into an archive, each at first as `….part`, then by a rename that overwrites nothing. What it learns of the server
 * holds for all connections to it.
 */
export class SftpWriter {
  readonly #root: string;
  readonly #readBackShare: number;
  readonly #hooks: SftpHooks;
  readonly #space: SpaceWatch;
  /** Whether the server's rename keeps a name that is taken; found out by the first upload. */
  #keepsTaken: Promise<boolean> | null = null;
  /** Folders known to be there, or being made. */
  readonly #folders = new Map<string, Promise<void>>();

  /** @param root absolute, without a trailing slash */
  constructor(root: string, settings: SftpSettings, hooks: SftpHooks) {
    this.#root = root;
    this.#readBackShare = settings.readBackShare ?? 1;
    this.#hooks = hooks;
    const { warnFreeBytes = 0, stopFreeBytes = 0 } = settings;
    this.#space = new SpaceWatch({ warnFreeBytes, stopFreeBytes }, hooks.onSpace ?? (() => undefined));
  }

  async put(session: SftpSession, file: CheckedFile): Promise<"written" | "present"> {
    return await this.commit(session, await this.stage(session, file));
  }

  /** Writes a file under a passing name. @throws TaplineError `conflict` where other bytes have its name */
  async stage(session: SftpSession, file: CheckedFile): Promise<StagedFile> {
    const { path, content } = file;
    await this.#space.check(session, this.#absolute(""));
    await this.folder(session, path.slice(0, Math.max(0, path.lastIndexOf("/"))));
    // Two workers may upload one segment at once: a name of its own for each keeps them apart.
    const part = `${this.#absolute(path)}.${randomBytes(6).toString("hex")}.part`;
    const readBack = this.#drawsReadBack(content.length);
    return await this.#tidy(session, content, part, async () => {
      // Asked for beside the writing, since it hardly ever is there already.
      const [there, written] = await Promise.allSettled([
        this.#holds(session, path, content),
        writeRemote(session, part, content, readBack),
      ]);
      if (there.status === "rejected") throw there.reason;
      if (there.value) {
        await removeQuietly(session, part);
        return { ...file, part: null, readBack };
      }
      if (written.status === "rejected") throw written.reason;
      await this.#hooks.steps?.part(path);
      return { ...file, part, readBack };
    });
  }

  /** Gives a staged file its name, and looks at its size there. */
  async commit(session: SftpSession, staged: StagedFile): Promise<"written" | "present"> {
    const { path, content, part, readBack } = staged;
    if (part === null) return "present";
    return await this.#tidy(session, content, part, async () => {
      await this.#hooks.steps?.turn(path);
      const { renamed, stats } = await this.#renameAndLook(session, part, this.#absolute(path));
      if (renamed) {
        checkSize(path, content.length, stats);
        this.#hooks.onWritten?.({ path, bytes: content.length, readBack });
        await this.#hooks.steps?.named(path);
        return "written";
      }
      if (!(await this.#holds(session, path, content)))
        throw new TaplineError("unavailable", `${path} was uploaded but the archive refuses to rename it`, {
          remedy: "Look at the SFTP server's log and permissions.",
        });
      await removeQuietly(session, part);
      return "present";
    });
  }

  /** Removes what was staged and shall not get its name. */
  async discard(session: SftpSession, { part }: StagedFile): Promise<void> {
    if (part !== null) await removeQuietly(session, part);
  }

  /** Renames without overwriting. @returns false where the name is taken */
  async rename(session: SftpSession, from: string, to: string): Promise<boolean> {
    const keepsTaken = await this.#keepsTakenNames(session);
    return keepsTaken ? await renameRemote(session, from, to) : await renameUnderClaim(session, from, to);
  }

  async #renameAndLook(session: SftpSession, from: string, to: string) {
    if (!(await this.#keepsTakenNames(session))) {
      const renamed = await renameUnderClaim(session, from, to);
      return { renamed, stats: await statRemote(session, to) };
    }
    const [renamed, stats] = await Promise.all([renameRemote(session, from, to), statRemote(session, to)]);
    return { renamed, stats };
  }

  async #keepsTakenNames(session: SftpSession): Promise<boolean> {
    const stem = this.#absolute(`rename-test.${randomBytes(6).toString("hex")}`);
    this.#keepsTaken ??= refusesToOverwrite(session, stem);
    return await this.#keepsTaken.catch((error: unknown) => {
      this.#keepsTaken = null;
      throw error;
    });
  }

  /** Makes a folder below the root, once. */
  folder(session: SftpSession, dir: string): Promise<void> {
    if (dir === "") return Promise.resolve();
    const known = this.#folders.get(dir);
    if (known !== undefined) return known;
    const made = makeFolders(session, this.#root, dir);
    this.#folders.set(dir, made);
    made.catch(() => this.#folders.delete(dir));
    return made;
  }

  /** Drawn anew for each file, by nothing that whoever writes could foresee. */
  #drawsReadBack(bytes: number): boolean {
    return bytes <= alwaysReadBackBytes || randomInt(1_000_000) < this.#readBackShare * 1_000_000;
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

  /** Where the work on a file fails, what lies there of it is removed. */
  async #tidy<T>(session: SftpSession, content: Buffer, part: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // Its folder may have been taken away: look anew next time.
      this.#folders.clear();
      const cause = await explainFullDisk(session, this.#absolute(""), content.length, error);
      if (session.alive) await removeQuietly(session, part);
      throw cause;
    }
  }

  #absolute(path: string): string {
    return path === "" ? `${this.#root}/` : `${this.#root}/${path}`;
  }
}

function checkSize(path: string, bytes: number, stats: { readonly size: number } | null): void {
  if (stats?.size === bytes) return;
  throw new TaplineError("corrupt", `${path} has ${stats?.size ?? 0} bytes in the archive, not ${bytes}`, {
    remedy: "Check the archive's disk; the upload is tried again.",
  });
}
