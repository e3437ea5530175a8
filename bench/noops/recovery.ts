import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StartedStack } from "../installation/index.ts";

const recoversWithinMs = 60_000;
const lookEveryMs = 50;

/** How long a service was without one of its processes after a kill -9, ms, and what that time went to. */
export type Recovery = Readonly<{
  service: string;
  tookMs: number;
  /** Until the supervisor had seen the death and the successor had begun. */
  begunMs: number;
  /** Until the successor had loaded what every worker needs. */
  loadedMs: number;
  /** Until its connections and its service were there, with what that service alone loads. */
  openedMs: number;
}>;

/** What a worker says of its own start, ms since its process began, and when it was ready. */
type ReadyLine = Readonly<{ time: number; loadedMs: number; readyMs: number }>;

/** Kills a process of each service in turn, in `npm start` under a little load. */
export async function recoveries(
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<Recovery[]> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-recovery-"));
  const dataDir = join(dir, ".tapline");
  const found: Recovery[] = [];
  try {
    const stack = await StartedStack.start(dataDir, { TAPLINE_AGENT_RATE: "20", LOG_LEVEL: "info" });
    try {
      const { workloads } = await stack.actuator.look();
      for (let round = 0; round < rounds; round++)
        for (const { service } of workloads) found.push(await killOne(stack, dataDir, service));
      say(`${found.length} kills of ${workloads.length} services`);
    } finally {
      await stack.stop();
    }
  } catch (error) {
    faults.push(`not every killed process came back: ${String(error)}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
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
  const { time, loadedMs, readyMs } = await readyLine(join(dataDir, "logs", `${replica}.log`));
  await scale(1);
  await stack.allUp();
  return {
    service,
    tookMs: readyAtEpochMs - killedAtEpochMs,
    begunMs: time - readyMs - killedAtEpochMs,
    loadedMs,
    openedMs: readyMs - loadedMs,
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

/** What the newest process that wrote into a worker's log said when it was ready. */
async function readyLine(logFile: string): Promise<ReadyLine> {
  const lines = (await readFile(logFile, "utf8")).split("\n");
  const line = lines.findLast((said) => said.startsWith("{") && said.includes('"msg":"ready"'));
  if (line === undefined) throw new Error(`${logFile} does not say that its process is ready`);
  return JSON.parse(line) as ReadyLine;
}
