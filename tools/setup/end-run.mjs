import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./paths.mjs";

const graceMs = 3_000;
const killMs = 5_000;
const lookMs = 50;

/**
 * Goes into the environment of all that the set-up with process `pid` runs, and so to what these run: a process group
 * would not do, since turbo gives its tasks groups of their own.
 */
export const markOfRun = (pid) => ({ TAPLINE_SETUP_RUN: `${pid} ${root}` });

/** Pids of what the set-up with process `pid` started and still runs; needs Linux, else there are none. */
async function processesOfRun(pid) {
  const found = [];
  const mark = `TAPLINE_SETUP_RUN=${markOfRun(pid).TAPLINE_SETUP_RUN}`;
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    if (environment.split("\0").includes(mark)) found.push(Number(name));
  }
  return found;
}

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

async function signalUntilGone(pid, signal, { again, withinMs }) {
  let left = await processesOfRun(pid);
  for (const one of left) signalTo(one, signal);
  for (let waitedMs = 0; left.length > 0 && waitedMs < withinMs; waitedMs += lookMs) {
    await sleep(lookMs);
    left = await processesOfRun(pid);
    if (again) for (const one of left) signalTo(one, signal);
  }
}

/** Ends all that the set-up with process `pid` started: by SIGTERM, and what is there 3 s later by SIGKILL. */
export async function endRun(pid) {
  await signalUntilGone(pid, "SIGTERM", { again: false, withinMs: graceMs });
  // What is killed may have started another one just before.
  await signalUntilGone(pid, "SIGKILL", { again: true, withinMs: killMs });
}
