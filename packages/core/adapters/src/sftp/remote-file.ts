import { TaplineError } from "@tapline/core/kernel";
import type { Stats } from "ssh2";
import { isAnswer, isNotFound } from "./map-error.ts";
import type { SftpSession } from "./sftp-session.ts";
import { readAll, writeAll } from "./transfer-bytes.ts";

/** Facts of a remote file or folder, links not followed; `null` where nothing lies there. */
export async function statRemote(session: SftpSession, path: string): Promise<Stats | null> {
  try {
    return await session.call<Stats>((reply) => session.sftp.lstat(path, reply));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The whole file; `maxBytes` bounds it. @throws TaplineError `corrupt` where it is larger, or shrinks meanwhile */
export async function readRemote(session: SftpSession, path: string, maxBytes: number): Promise<Buffer> {
  return withHandle(session, path, "r", async (handle) => {
    const { size } = await session.call<Stats>((reply) => session.sftp.fstat(handle, reply));
    if (size > maxBytes)
      throw new TaplineError(
        "corrupt",
        `${path} has ${size} bytes: more than any archived file (${maxBytes})`,
      );
    const bytes = await readAll(session, handle, size);
    if (bytes.length !== size)
      throw new TaplineError("corrupt", `${path} ends after ${bytes.length} of ${size} bytes`);
    return bytes;
  });
}

/**
 * Writes a new file, has it flushed where the server offers that, checks its size and, where asked, reads it back whole. What is
 * asked of one file is served in the order it is asked in (draft-ietf-secsh-filexfer-02, section 6), so nothing of it waits for an
 * answer to what was asked before.
 * @throws TaplineError `corrupt` where other bytes come back
 */
export async function writeRemote(
  session: SftpSession,
  path: string,
  bytes: Buffer,
  readBack: boolean,
): Promise<void> {
  await withHandle(session, path, readBack ? "xw+" : "xw", async (handle) => {
    const writing = await writeAll(session, handle, bytes);
    // What fails first explains what fails after it.
    const [, , written, { size }] = await Promise.all([
      writing.done,
      flush(session, handle),
      readBack ? readAll(session, handle, bytes.length) : bytes,
      session.call<Stats>((reply) => session.sftp.fstat(handle, reply)),
    ]);
    if (size !== bytes.length || !written.equals(bytes))
      throw new TaplineError("corrupt", `${path} reads back otherwise than it was written`, {
        remedy: "Check the archive's disk; the upload is tried again.",
      });
  });
}

/** Makes an empty file that must not be there yet. */
export async function createRemote(session: SftpSession, path: string): Promise<void> {
  await withHandle(session, path, "xw", () => Promise.resolve());
}

/** Removes what an upload left behind; a server that does not answer is none of its business. */
export async function removeQuietly(session: SftpSession, path: string): Promise<void> {
  await session.call<unknown>((reply) => session.sftp.unlink(path, reply)).catch(() => undefined);
}

/**
 * Renames without overwriting: the plain request of SFTP version 3, which OpenSSH does by link and unlink.
 * @returns false where the server refused, true where it is done
 */
export async function renameRemote(session: SftpSession, from: string, to: string): Promise<boolean> {
  try {
    await session.call<unknown>((reply) => session.sftp.rename(from, to, reply));
    return true;
  } catch (error) {
    if (isAnswer(error)) return false;
    throw error;
  }
}

/** Makes `root/a/b/c` level by level below `root`, which must be there. */
export async function makeFolders(session: SftpSession, root: string, dir: string): Promise<void> {
  if ((await statRemote(session, `${root}/${dir}`))?.isDirectory() === true) return;
  let path = root;
  for (const part of dir.split("/")) {
    path = `${path}/${part}`;
    try {
      await session.call<unknown>((reply) => session.sftp.mkdir(path, reply));
    } catch (error) {
      // "Failure" also says that somebody else has just made it.
      if ((await statRemote(session, path))?.isDirectory() !== true) throw error;
    }
  }
}

async function withHandle<T>(
  session: SftpSession,
  path: string,
  mode: "r" | "xw" | "xw+",
  use: (handle: Buffer) => Promise<T>,
): Promise<T> {
  const handle = await session.call<Buffer>((reply) => session.sftp.open(path, mode, reply));
  let result: T;
  try {
    result = await use(handle);
  } catch (error) {
    await session.call<unknown>((reply) => session.sftp.close(handle, reply)).catch(() => undefined);
    throw error;
  }
  // A failing close of a written file may be the disk's last word: it must not be lost.
  await session.call<unknown>((reply) => session.sftp.close(handle, reply));
  return result;
}

/** fsync@openssh.com; a server without it must flush when the file is closed. */
async function flush(session: SftpSession, handle: Buffer): Promise<void> {
  if (session.offers("fsync@openssh.com"))
    await session.call<unknown>((reply) => session.sftp.ext_openssh_fsync(handle, reply));
}
