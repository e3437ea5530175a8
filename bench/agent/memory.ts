import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type AgentProcess, type Installation, startAgent } from "../installation/index.ts";

export type MemoryOrder = {
  readonly readers: number;
  /** Taps per second over all readers. */
  readonly perSecond: number;
  /** How long taps flow, s. */
  readonly seconds: number;
};

export type MemoryFigures = {
  /** Resident memory of the agent with all its readers ready and none in use, MiB. */
  readonly restMiB: number;
  /** The most that was seen while taps flowed, MiB. */
  readonly loadMiB: number;
  /** Taps that were read meanwhile. */
  readonly taps: number;
};

/** Next to nothing: one tap at the start, and no second one. */
const restTapsPerSecond = 0.001;
const restS = 5;
const lookEveryMs = 250;

/**
 * Memory of an agent process with simulated readers: at rest, and, in a process of its own, under load.
 * @param trackersFile what its readers read, as `simulated-trackers.ts` writes it, enrolled at `installation`
 */
export async function agentMemory(
  installation: Installation,
  trackersFile: string,
  { readers, perSecond, seconds }: MemoryOrder,
): Promise<MemoryFigures> {
  const rest = await observe(installation, trackersFile, readers, restTapsPerSecond, restS);
  const load = await observe(installation, trackersFile, readers, perSecond, seconds);
  return { restMiB: rest.lastMiB, loadMiB: load.mostMiB, taps: load.taps };
}

async function observe(
  installation: Installation,
  trackersFile: string,
  readers: number,
  perSecond: number,
  seconds: number,
): Promise<{ lastMiB: number; mostMiB: number; taps: number }> {
  const agent = await startAgent(installation, trackersFile, {
    TAPLINE_AGENT_READERS: String(readers),
    TAPLINE_AGENT_RATE: String(perSecond),
  });
  const taps = watchTaps(agent);
  try {
    let [lastMiB, mostMiB] = [0, 0];
    for (const endsAtMs = performance.now() + seconds * 1000; performance.now() < endsAtMs; ) {
      await sleep(lookEveryMs);
      lastMiB = await residentMiB(agent.pid);
      mostMiB = Math.max(mostMiB, lastMiB);
    }
    return { lastMiB, mostMiB, taps: taps.last - taps.first };
  } finally {
    await agent.stop();
  }
}

/** The agent's own count, first and last. Ends with the agent. */
function watchTaps(agent: AgentProcess): { readonly first: number; readonly last: number } {
  const seen = { first: 0, last: 0 };
  const watch = async (): Promise<void> => {
    seen.first = (await agent.figures()).taps;
    for (;;) seen.last = (await agent.figures()).taps;
  };
  watch().catch(() => undefined);
  return seen;
}

/** VmRSS of proc_pid_status(5), so Linux only. */
async function residentMiB(pid: number): Promise<number> {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} shows no resident memory`);
  return Number(kib) / 1024;
}
