import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StartedStack } from "../installation/index.ts";

const recoversWithinMs = 60_000;
const lookEveryMs = 50;

/** How long each service was without one of its processes after a kill -9, ms, in `npm start` under a little load. */
export async function recoveries(
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<number[]> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-recovery-"));
  const tookMs: number[] = [];
  try {
    const stack = await StartedStack.start(join(dir, ".tapline"), { TAPLINE_AGENT_RATE: "20" });
    try {
      const { workloads } = await stack.actuator.look();
      for (let round = 0; round < rounds; round++)
        for (const { service } of workloads) tookMs.push(await killOne(stack, service));
      say(`${tookMs.length} kills of ${workloads.length} services`);
    } finally {
      await stack.stop();
    }
  } catch (error) {
    faults.push(`not every killed process came back: ${String(error)}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return tookMs;
}

/** Gives the service a process of its own beside the shared one, and kills that. */
async function killOne(stack: StartedStack, service: string): Promise<number> {
  const scale = (replicas: number) =>
    stack.actuator.act(
      { kind: "scale", workload: { service, colour: "blue" }, replicas },
      { fence: null, reason: "a bench" },
    );
  await scale(2);
  await stack.allUp();
  const victim = (await stack.victims()).find(({ services }) => services === service);
  if (victim === undefined) throw new Error(`no process is ${service} alone`);
  const killedAtEpochMs = Date.now();
  process.kill(victim.pid, "SIGKILL");
  const readyAtEpochMs = await readyAgain(stack, service, killedAtEpochMs);
  await scale(1);
  await stack.allUp();
  return readyAtEpochMs - killedAtEpochMs;
}

/** When the newest process of the service became ready, after `sinceEpochMs`, all being ready. */
async function readyAgain(stack: StartedStack, service: string, sinceEpochMs: number): Promise<number> {
  const end = performance.now() + recoversWithinMs;
  while (performance.now() < end) {
    const { workloads } = await stack.actuator.look();
    const replicas = workloads.find((workload) => workload.service === service)?.replicas ?? [];
    const newest = Math.max(...replicas.map(({ startedAtEpochMs }) => startedAtEpochMs));
    if (newest >= sinceEpochMs && replicas.every(({ state }) => state === "ready")) return newest;
    await sleep(lookEveryMs);
  }
  throw new Error(`${service} was not ready again ${recoversWithinMs / 1000} s after a kill`);
}
