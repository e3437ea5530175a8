import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** A file to be written; secret ones are for their owner alone. */
export type PrivateFile = Readonly<{ content: string; secret: boolean }>;

async function writeDurably(path: string, file: PrivateFile): Promise<void> {
  const handle = await open(path, "w", file.secret ? 0o600 : 0o644);
  try {
    await handle.writeFile(file.content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts a file into a folder that is in use: whole, or not at all. */
export async function replaceDurably(path: string, file: PrivateFile): Promise<void> {
  await rm(`${path}.part`, { force: true });
  await writeDurably(`${path}.part`, file);
  await rename(`${path}.part`, path);
}

/**
 * Fills a new folder (0700) whole or not at all: it gets its name only once every file is on disk. So what is found
 * incomplete later was damaged, not interrupted.
 */
export async function writePrivateFolder(
  folder: string,
  files: Readonly<Record<string, PrivateFile>>,
): Promise<void> {
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { mode: 0o700 });
  for (const [name, file] of Object.entries(files)) await writeDurably(join(part, name), file);
  await rename(part, folder);
}
