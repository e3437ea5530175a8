import { readFile } from "node:fs/promises";
import { replaceFile, systemCode } from "./durable-file.ts";

/**
 * A number larger than any that was given out before: a durable counter in the file `path` that also follows the
 * clock, so that it grows even where the file was lost.
 */
export async function nextEpoch(path: string, nowEpochMs: number): Promise<number> {
  const epoch = Math.max(nowEpochMs, (await lastEpoch(path)) + 1);
  await replaceFile(path, `${epoch}\n`);
  return epoch;
}

async function lastEpoch(path: string): Promise<number> {
  try {
    const value = Number((await readFile(path, "utf8")).trim());
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
