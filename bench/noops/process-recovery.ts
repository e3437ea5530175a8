import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tools/servers/index.ts";
import { StartedStack } from "../installation/index.ts";
import { readyLine } from "./ready-line.ts";
import { type Recovery, startParts } from "./recovery-rows.ts";
import { type StackProcess, stackProcesses } from "./stack-processes.ts";

const answersWithinMs = 120_000;
const askEveryMs = 20;
/** One that dies sooner after its start is held for one that cannot live, and waited with: that is not measured here. */
const livesAtLeastMs = 6_000;

/** Kills each process that `npm start` has, console and all, in turn, as it was started, with nothing beside it, under a little load. */
export async function processRecoveries(
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<Recovery[]> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-recovery-"));
  const found: Recovery[] = [];
  try {
    const dataDir = join(dir, ".tapline");
    const [ingest, web, witness] = [await freePort(), await freePort(), await freePort()];
    const settings = {
      ...{ TAPLINE_AGENT_RATE: "20", LOG_LEVEL: "info" },
      TAPLINE_INGEST_PORT: String(ingest),
      TAPLINE_WEB_PORT: String(web),
      TAPLINE_WITNESS_PORT: String(witness),
    };
    const stack = await StartedStack.start(dataDir, settings, true);
    try {
      const ports = { ingest, web, witness };
      const processes = await stackProcesses({ dataDir, ports, stores: await stack.stores() });
      for (let round = 0; round < rounds; round++) found.push(...(await killEach(stack, processes)));
      say(`${found.length} kills of ${processes.map(({ name }) => name).join(", ")}`);
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

/** One after another, each while all are there, and long enough after its last death. */
async function killEach(stack: StartedStack, processes: readonly StackProcess[]): Promise<Recovery[]> {
  const found: Recovery[] = [];
  for (const one of processes) {
    await sleep(livesAtLeastMs / processes.length);
    for (const each of processes) await answered(each, 0);
    found.push(await killOne(stack, one));
  }
  return found;
}

/** From the kill until who uses it has an answer again. */
async function killOne(stack: StartedStack, one: StackProcess): Promise<Recovery> {
  const { name, logFile } = one;
  const victims = (await stack.victims()).filter(one.isRunBy);
  const [victim] = victims;
  if (victim === undefined || victims.length > 1) throw new Error(`${victims.length} processes are ${name}`);
  const [killedAtEpochMs, killedMs] = [Date.now(), performance.now()];
  kill(victim.pid, "SIGKILL");
  // What it had answered a moment before its death would be no answer.
  while (kill(victim.pid, 0)) await sleep(1);
  await answered(one, killedAtEpochMs);
  const tookMs = performance.now() - killedMs;
  const line = await readyLine(logFile, killedAtEpochMs);
  return { name, tookMs, parts: line === null ? null : startParts(line, killedAtEpochMs) };
}

/** False where there is none any more. */
function kill(pid: number, signal: "SIGKILL" | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

async function answered({ name, answers }: StackProcess, sinceEpochMs: number): Promise<void> {
  const end = performance.now() + answersWithinMs;
  while (!(await answers(sinceEpochMs))) {
    if (performance.now() > end) throw new Error(`${name} did not answer for ${answersWithinMs / 1000} s`);
    await sleep(askEveryMs);
  }
}
