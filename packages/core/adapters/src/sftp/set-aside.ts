import { TaplineError } from "@tapline/core/kernel";
import { quarantineFolder } from "@tapline/core/transfer";
import { isAnswer, isNotFound } from "./map-error.ts";
import { statRemote } from "./remote-file.ts";
import type { SftpSession } from "./sftp-session.ts";

/** What lies in quarantine keeps its name; the next file of that name gets a number. */
const mostNames = 20;

/**
 * Moves a file into `quarantine/`; one that is not there is left out.
 * @param archive `absolute`: the server's path of a path in the archive; `rename`: false where the name is taken
 */
export async function setAsideRemote(
  session: SftpSession,
  archive: {
    readonly absolute: (path: string) => string;
    readonly rename: (from: string, to: string) => Promise<boolean>;
  },
  path: string,
): Promise<void> {
  const { absolute, rename } = archive;
  if ((await statRemote(session, absolute(path))) === null) return;
  const name = `${quarantineFolder}/${path.slice(path.lastIndexOf("/") + 1)}`;
  for (let i = 0; i < mostNames; i += 1) {
    const target = absolute(i === 0 ? name : `${name}.${i}`);
    if (await rename(absolute(path), target)) return;
    if ((await statRemote(session, target)) === null) break;
  }
  throw new TaplineError("unavailable", `${path} cannot be moved into ${quarantineFolder}/`, {
    remedy: "Give the archive's user the right to rename, or move the file by hand.",
  });
}

/** Removes a file; one that is not there is left out. @throws TaplineError `forbidden` where the server refuses */
export async function removeRemote(session: SftpSession, target: string, path: string): Promise<void> {
  try {
    await session.call<unknown>((reply) => session.sftp.unlink(target, reply));
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isAnswer(error)) throw error;
    throw new TaplineError("forbidden", `the archive refuses to remove ${path}: it may be write-once`, {
      remedy: "Remove expired files by the archive's own means, or let its user remove files.",
      cause: error,
    });
  }
}
