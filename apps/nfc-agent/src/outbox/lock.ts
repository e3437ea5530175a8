import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { systemCode } from "../durable-file.ts";
import { isNoSpace } from "./log-file.ts";

/** Holds a folder against a second agent. */
export type FolderLock = { release(): Promise<void> };

/**
 * Takes the lock of `dir`: a file `lock` with the holder's process id. A lock whose process is gone is taken over.
 * @throws conflict where a living process holds it
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const path = join(dir, "lock");
  const token = randomBytes(6).toString("hex");
  const mine = JSON.stringify({ ...identityOf(process.pid), token });
  const draft = join(dir, `lock.${token}.tmp`);
  try {
    await writeFile(draft, mine, { mode: 0o600, flag: "wx" }).catch(async (error: unknown) => {
      if (!isNoSpace(error) || (await contentOf(path)) === null) throw error;
      await writeOverStale(path, draft, mine);
    });
    if (!(await linked(draft, path))) await takeOver(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if ((await contentOf(path)) === mine) await rm(path, { force: true });
    },
  };
}

/** The process that holds the lock of `dir`; null where none does. Changes nothing. */
export async function lockHolder(dir: string): Promise<number | null> {
  const content = await contentOf(join(dir, "lock")).catch(() => null);
  const holder = content === null ? null : parse(content);
  return holder !== null && isAlive(holder) ? holder.pid : null;
}

/** A link is made by one process alone, also where several try at once; and it appears with its content. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** A second link guards the takeover: without it, of two who find a lock stale, one could remove the other's new one. */
async function takeOver(draft: string, path: string): Promise<void> {
  refuseIfAlive(path, await contentOf(path));
  const guard = `${path}.takeover`;
  if (!(await linked(draft, guard))) {
    refuseIfAlive(path, await contentOf(guard));
    await rm(guard, { force: true });
    throw heldBy(path, "a takeover that was cut short (cleared now, start again)");
  }
  try {
    refuseIfAlive(path, await contentOf(path));
    await rm(path, { force: true });
    if (!(await linked(draft, path))) throw heldBy(path, "another agent that starts right now");
  } finally {
    await rm(guard, { force: true });
  }
}

/**
 * Makes the draft out of a dead holder's lock, which takes no room: the outbox itself may be what fills the disk, and
 * only an agent that runs empties it.
 */
async function writeOverStale(path: string, draft: string, mine: string): Promise<void> {
  refuseIfAlive(path, await contentOf(path));
  await rename(path, draft);
  try {
    refuseIfAlive(path, await contentOf(draft));
  } catch (error) {
    // Another agent had taken it over in between: it gets it back.
    await linked(draft, path);
    throw error;
  }
  const handle = await open(draft, "r+");
  try {
    await handle.write(mine, 0);
    await handle.truncate(Buffer.byteLength(mine));
  } finally {
    await handle.close();
  }
}

function refuseIfAlive(path: string, content: string | null): void {
  const holder = content === null ? null : parse(content);
  if (holder !== null && isAlive(holder)) throw heldBy(path, `process ${holder.pid}`);
}

type Identity = { pid: number; start: string };

function isAlive(holder: Identity): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCode(error) === "ESRCH") return false;
  }
  return identityOf(holder.pid).start === holder.start;
}

/** A process id is used again after a while or a reboot: boot id and start time (proc(5)) tell the two apart. */
function identityOf(pid: number): Identity {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return { pid, start: `${boot}/${startTicks}` };
  } catch {
    return { pid, start: "" };
  }
}

function parse(text: string): Identity | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("start" in value)) return null;
    const { pid, start } = value;
    return Number.isSafeInteger(pid) && typeof start === "string" ? { pid: Number(pid), start } : null;
  } catch {
    return null;
  }
}

async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

function heldBy(path: string, who: string): TaplineError {
  return new TaplineError("conflict", `the outbox is in use: ${who} holds ${path}`, {
    remedy: "stop that agent, or give this one an outbox folder of its own (TAPLINE_AGENT_OUTBOX)",
  });
}
