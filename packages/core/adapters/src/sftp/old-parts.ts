import type { FileEntryWithStats } from "ssh2";
import { isNotFound } from "./map-error.ts";
import { removeQuietly } from "./remote-file.ts";
import type { SftpSession } from "./sftp-session.ts";

/** Names that our uploads give to what they have not finished, and to what they try things out on. */
const ourPart = /\.(?:[0-9a-f]{12}(?:-[ab])?|claim)\.part$/;

/** The folders in which uploads of these days may have left something, relative to the archive's root. */
export function partFolders(days: readonly string[]): string[] {
  return ["", ...days.flatMap((day) => [day, `statements/${day}`])];
}

/**
 * Removes from a folder what unfinished uploads left there.
 * @param folder absolute; one that is not there has nothing
 * @param beforeEpochMs files written to since then stay: their upload may be under way
 * @returns how many went
 */
export async function removeOldParts(
  session: SftpSession,
  folder: string,
  beforeEpochMs: number,
): Promise<number> {
  const found = await session
    .call<FileEntryWithStats[]>((reply) => session.sftp.readdir(folder, reply))
    .catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
  const old = found.filter(
    ({ filename, attrs }) => ourPart.test(filename) && attrs.isFile() && attrs.mtime * 1_000 < beforeEpochMs,
  );
  for (const { filename } of old) await removeQuietly(session, `${folder.replace(/\/$/, "")}/${filename}`);
  return old.length;
}
