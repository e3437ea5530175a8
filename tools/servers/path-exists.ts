import { access, constants } from "node:fs/promises";

/** True where `path` can be reached, and with `mode` (such as X_OK) used in that way. */
export function pathExists(path: string, mode: number = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
