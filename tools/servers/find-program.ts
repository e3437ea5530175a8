import { access, constants } from "node:fs/promises";
import { join } from "node:path";

/** The first executable called one of `names` in the folders of `searchPath`. */
export async function findProgram(
  names: readonly string[],
  searchPath: readonly string[],
): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of searchPath) {
      const path = join(folder, name);
      const found = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return path;
    }
  }
  return undefined;
}
