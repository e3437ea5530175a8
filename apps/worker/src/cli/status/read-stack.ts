import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Stack } from "./standing.ts";

/** What `npm start` writes into its data folder (`tools/setup/lock-file.mjs`). */
const holderSchema = z.object({ pid: z.int().min(2), started: z.string(), doing: z.string() });

/** The `npm start` that runs on `dataDir`; null where none does: no lock, or one that a dead process left. */
export async function readStack(dataDir: string): Promise<Stack | null> {
  const path = join(dataDir, "lock");
  try {
    const holder = holderSchema.parse(JSON.parse(await readFile(path, "utf8")));
    process.kill(holder.pid, 0);
    if ((await startOf(holder.pid)) !== holder.started) return null;
    const { mtimeMs } = await stat(path);
    return { dataDir, pid: holder.pid, doing: holder.doing, sinceEpochMs: Math.round(mtimeMs) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}

/** When a process started, in the kernel's own clock; "" where that cannot be told. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
