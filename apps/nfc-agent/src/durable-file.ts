import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes the names in folder `dir` survive a power cut. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts `content` at `path`, for its owner alone unless `mode` says more: after a crash at any point the old content is there, or the new one, whole. */
export async function replaceFile(path: string, content: string | Buffer, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      if (mode !== 0o600) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * Reads a small file of the agent's data folder. Root reads there, too, in a folder that is not root's: no link is
 * followed, no pipe waited for, nothing large read. @throws what the system says; `EINVAL` for what is no small file
 */
export async function readSmallFile(path: string, maxBytes = 64 * 1024): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.nlink !== 1 || facts.size > maxBytes)
      throw Object.assign(new Error(`${path} is no small file of its own`), { code: "EINVAL" });
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** The `code` of a system error ("ENOENT"), or nothing. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
