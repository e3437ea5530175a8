import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StartedStack } from "../installation/index.ts";
import { inStack } from "./in-stack.ts";
import { readyLine } from "./ready-line.ts";
import { type Recovery, startParts } from "./recovery-rows.ts";

const recoversWithinMs = 60_000;
const lookEveryMs = 50;

/**
 * In `npm start` under a little load gives each service in turn a second process, of that service alone, and kills that one: the service itself
 * is served meanwhile. Tells what starts a process of each service takes alone; how long what everybody has is away, `processRecoveries` tells.
 */
export async function spareRecoveries(
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<Recovery[]> {
  const found: Recovery[] = [];
  const stack = { otherwise: "not every killed process came back", settings: { LOG_LEVEL: "info" } };
  await inStack(stack, faults, async (started, dataDir) => {
    const { workloads } = await started.actuator.look();
    for (let round = 0; round < rounds; round++)
      for (const { service } of workloads) found.push(await killOne(started, dataDir, service));
    say(`${found.length} kills of ${workloads.length} services`);
  });
  return found;
}

/** Gives the service a process of its own beside the shared one, and kills that. */
async function killOne(stack: StartedStack, dataDir: string, service: string): Promise<Recovery> {
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
  const { replica, readyAtEpochMs } = await readyAgain(stack, service, killedAtEpochMs);
  const logFile = join(dataDir, "logs", `${replica}.log`);
  const line = await readyLine(logFile, killedAtEpochMs);
  if (line === null) throw new Error(`${logFile} does not say that its process is ready`);
  await scale(1);
  await stack.allUp();
  return {
    name: service,
    tookMs: readyAtEpochMs - killedAtEpochMs,
    parts: startParts(line, killedAtEpochMs),
  };
}

/** The newest process of the service, and when it became ready, after `sinceEpochMs`, all being ready. */
async function readyAgain(
  stack: StartedStack,
  service: string,
  sinceEpochMs: number,
): Promise<{ replica: string; readyAtEpochMs: number }> {
  const end = performance.now() + recoversWithinMs;
  while (performance.now() < end) {
    const { workloads } = await stack.actuator.look();
    const replicas = workloads.find((workload) => workload.service === service)?.replicas ?? [];
    const newest = replicas.toSorted((a, b) => b.startedAtEpochMs - a.startedAtEpochMs).at(0);
    if (
      newest !== undefined &&
      newest.startedAtEpochMs >= sinceEpochMs &&
      replicas.every(({ state }) => state === "ready")
    )
      return { replica: newest.name, readyAtEpochMs: newest.startedAtEpochMs };
    await sleep(lookEveryMs);
  }
  throw new Error(`${service} was not ready again ${recoversWithinMs / 1000} s after a kill`);
}
