import type { ChildProcess } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetProcess } from "./watch-over.ts";

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ends `child` by `signal`, by SIGKILL after `graceMs`; resolves when it is gone. */
export async function stopChild(child: ChildProcess, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (!hasEnded(child)) {
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await gone;
    clearTimeout(timer);
  }
  forgetProcess(pid);
}

/**
 * Ends the server that an earlier run left behind: the process named in `dataDir/pidFile`, where it still runs
 * and really works in `dataDir` (pids are used again, so the number alone proves nothing).
 */
export async function stopLeftover(dataDir: string, pidFile: string, signal: NodeJS.Signals): Promise<void> {
  const text = await readFile(join(dataDir, pidFile), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  const worksHere = async () => (await readlink(`/proc/${pid}/cwd`).catch(() => "")) === dataDir;
  if (!(pid > 1) || !(await worksHere())) return;
  process.kill(pid, signal);
  for (let waitedMs = 0; waitedMs < 8_000; waitedMs += 50) {
    if (!(await worksHere())) return;
    await sleep(50);
  }
  process.kill(pid, "SIGKILL");
  await sleep(200);
}
