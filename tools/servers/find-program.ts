import { constants } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "./path-exists.ts";

/** The first executable called one of `names` in the folders of `searchPath`. */
export async function findProgram(
  names: readonly string[],
  searchPath: readonly string[],
): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of searchPath) {
      const path = join(folder, name);
      if (await pathExists(path, constants.X_OK)) return path;
    }
  }
  return undefined;
}
