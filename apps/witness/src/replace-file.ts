import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Puts a file there for its owner alone (0600), whole or not at all; it is on disk when this resolves. */
export async function replaceFile(path: string, text: string): Promise<void> {
  {
    await using file = await open(`${path}.part`, "w", 0o600);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(`${path}.part`, path);
  // A new name is on disk only when its folder is (fsync(2)).
  await using folder = await open(dirname(path));
  await folder.sync();
}
