import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

const holderSchema = z.object({ pid: z.int().min(2), started: z.string(), doing: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** A held lock. `announce` tells what the holder does, for whoever meets the lock; `release` gives it up. */
export type FolderLock = Readonly<{ announce: (doing: string) => Promise<void>; release: () => void }>;

/** When process `pid` started, in the kernel's own clock: tells it from a later one with the same pid. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return startOf(holder.pid) === holder.started;
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function refuse(root: string, holder: Holder): never {
  throw new TaplineError(
    "conflict",
    `Tapline already runs on ${root}: process ${holder.pid}, ${holder.doing}`,
    {
      remedy: `use that one, end it (kill ${holder.pid}), or choose another folder by --data-dir`,
      facts: { pid: holder.pid },
    },
  );
}

/** Takes a dead holder's lock away. Of several that try at once, only one moves that very file. */
async function clearStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString("hex")}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, "utf8").catch(() => stale);
  // Somebody was quicker and this is a new lock: it goes back.
  if (moved !== stale) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/**
 * Lets one instance at a time use the folder `root`. A lock whose process has died is taken over. Throws `conflict`
 * naming the holder's pid and what it does (its console's URL).
 */
export async function lockFolder(root: string): Promise<FolderLock> {
  const path = join(root, "lock");
  const self: Holder = { pid: process.pid, started: startOf(process.pid), doing: "still starting" };
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, JSON.stringify(self), { flag: "wx", mode: 0o600 });
      break;
    } catch (error) {
      const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!exists || attempt > 5) throw error;
    }
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && isAlive(holder)) refuse(root, holder);
    await clearStale(path, text);
  }
  return {
    announce: async (doing) => {
      await writeFile(`${path}.new`, JSON.stringify({ ...self, doing }), { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}
