import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { makeTrackers, startAgent, startInstallation } from "../installation/index.ts";
import { median } from "../report.ts";

const tapsPerSecond = 200;
const readers = 8;
const lookEveryMs = 1_000;
/** Each figure is the median over so long, so that no single collection decides it. */
const windowMs = 30_000;

export type Growth = { readonly process: string; readonly early: number; readonly late: number };

/**
 * Private memory (MiB) of each process while an agent reads 200 taps/s: after the first minute, and in the end.
 * Shared pages (PostgreSQL's buffers, program text) are not counted: they are bounded by settings.
 */
export async function memoryGrowth(minutes: number, say: (line: string) => void): Promise<Growth[]> {
  const trackers = await makeTrackers();
  const installation = await startInstallation({ trackers: trackers.enrolled, unsigned: "refuse" });
  const agent = await startAgent(installation, trackers.file, {
    TAPLINE_AGENT_READERS: String(readers),
    TAPLINE_AGENT_RATE: String(tapsPerSecond),
  });
  try {
    const processes = [
      ...installation.parts.map((part) => ({ name: part.name, pid: part.life().pid })),
      { name: "agent", pid: agent.pid },
    ];
    const seen = new Map<string, number[]>(processes.map(({ name }) => [name, []]));
    const startedAt = performance.now();
    for (let minute = 0; performance.now() - startedAt < minutes * 60_000; ) {
      await sleep(lookEveryMs);
      for (const { name, pid } of processes) seen.get(name)?.push(await privateMib(pid));
      const now = Math.floor((performance.now() - startedAt) / 60_000);
      if (now > minute) say(`minute ${now} of ${minutes}: ${lineOf(seen)}`);
      minute = now;
    }
    const perWindow = windowMs / lookEveryMs;
    return [...seen].map(([process, mib]) => ({
      process,
      early: median(mib.slice(60 - perWindow / 2, 60 + perWindow / 2)),
      late: median(mib.slice(-perWindow)),
    }));
  } finally {
    await agent.stop();
    await installation.stop();
    await trackers.remove();
  }
}

function lineOf(seen: ReadonlyMap<string, readonly number[]>): string {
  return [...seen].map(([name, mib]) => `${name} ${Math.round(mib.at(-1) ?? 0)}`).join(", ");
}

/** RssAnon (proc_pid_status(5)) of a process and all that descend from it. Linux only. */
async function privateMib(root: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const known = new Map<number, { parent: number; kib: number }>();
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
    known.set(Number(pid), { parent: field("PPid"), kib: field("RssAnon") });
  }
  let kib = 0;
  for (const [pid, process] of known)
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = known.get(at)?.parent)
      if (at === root) kib += process.kib;
  return kib / 1024;
}
