import { readdir, readFile } from "node:fs/promises";

/** Kernel ticks per second: USER_HZ, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

type Usage = { readonly parent: number; readonly ticks: number };

/**
 * CPU time (user and system) that the processes `pids` and all that descend from them have used so far, s.
 * Read from /proc, so Linux only. Children that have ended count in their parents.
 */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const all = new Map<number, Usage>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const usage = await readUsage(name);
    if (usage !== null) all.set(Number(name), usage);
  }
  let ticks = 0;
  for (const [pid, usage] of all) if (descends(pid, pids, all)) ticks += usage.ticks;
  return ticks / ticksPerSecond;
}

/** Fields of proc_pid_stat(5): 4 ppid, 14 utime, 15 stime, 16 cutime, 17 cstime. */
async function readUsage(pid: string): Promise<Usage | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const at = (field: number): number => fields[field - 3] ?? 0;
    return { parent: at(4), ticks: at(14) + at(15) + at(16) + at(17) };
  } catch {
    return null;
  }
}

function descends(pid: number, roots: readonly number[], all: ReadonlyMap<number, Usage>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent)
    if (roots.includes(at)) return true;
  return false;
}
