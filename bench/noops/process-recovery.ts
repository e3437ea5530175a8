import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tools/servers/index.ts";
import type { StartedStack, Victim } from "../installation/index.ts";
import { inStack } from "./in-stack.ts";
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
  const found: Recovery[] = [];
  const [ingest, web, witness] = [await freePort(), await freePort(), await freePort()];
  const settings = {
    LOG_LEVEL: "info",
    TAPLINE_INGEST_PORT: String(ingest),
    TAPLINE_WEB_PORT: String(web),
    TAPLINE_WITNESS_PORT: String(witness),
  };
  const options = { otherwise: "not every killed process came back", settings, hasConsole: true };
  await inStack(options, faults, async (stack, dataDir) => {
    const ports = { ingest, web, witness };
    // A second door, which a wish may bring once an outage's taps come in, would stand in for the first. What brings back what died is the supervisor.
    await stack.tapline("noops", "pause", "--reason", "a bench", "--by", "bench", "--yes");
    const processes = await stackProcesses({ dataDir, ports, stores: await stack.stores() });
    for (let round = 0; round < rounds; round++) found.push(...(await killEach(stack, processes)));
    say(`${found.length} kills of ${processes.map(({ name }) => name).join(", ")}`);
  });
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
  const victim = await alone(stack, one);
  const [killedAtEpochMs, killedMs] = [Date.now(), performance.now()];
  kill(victim.pid, "SIGKILL");
  // What it had answered a moment before its death would be no answer.
  while (kill(victim.pid, 0)) await sleep(1);
  await answered(one, killedAtEpochMs);
  const tookMs = performance.now() - killedMs;
  const line = await readyLine(logFile, killedAtEpochMs);
  return { name, tookMs, parts: line === null ? null : startParts(line, killedAtEpochMs) };
}

/** The one process that is it, once what goes in its place is gone. */
async function alone(stack: StartedStack, { name, isRunBy }: StackProcess): Promise<Victim> {
  const end = performance.now() + answersWithinMs;
  for (;;) {
    const [victim, ...more] = (await stack.victims()).filter(isRunBy);
    if (victim !== undefined && more.length === 0) return victim;
    if (performance.now() > end)
      throw new Error(
        `${victim === undefined ? "no process is" : `${1 + more.length} processes are`} ${name}, for ${answersWithinMs / 1000} s`,
      );
    await sleep(askEveryMs);
  }
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
