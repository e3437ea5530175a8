import { renameSync, statSync } from "node:fs";
import { join } from "node:path";

const maxBytes = 8 * 1024 * 1024;

/** The log of one child; a large one is put aside (`.1`) when the child starts, and the one before it goes. */
export function openLogFile(folder: string, name: string): string {
  const path = join(folder, `${name}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxBytes) renameSync(path, `${path}.1`);
  return path;
}
