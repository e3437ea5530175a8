import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom, wholeBetween } from "@tapline/core/kernel";
import { freePort } from "../../../tools/servers/index.ts";
import { type AgentFigures, StartedStack } from "../../installation/index.ts";
import type { AgentsFared, Drill, DrillOptions, DrillResult } from "../drill.ts";
import { compareWithArchive } from "../yard/compare-with-archive.ts";
import { Fleet } from "./fleet.ts";

const tapsPerSecond = 60;
/** Next to nothing: what was read is to come to its end. */
const restTapsPerSecond = 0.001;
const longestPauseMs = 1_500;
const settleWithinMs = 300_000;
const lookEveryMs = 500;
const progressEvery = 20;
/** Services that have two processes, so that one goes on while the other is dead. */
const doubled = ["ingest", "validation", "transfer"];
/** The agent of `npm start`. */
const ownAgent = "local";
/** Of the taps that the door took, percent. */
const leastArchivedPercent = 99.999;

/** `kill -9` of any process of `npm start` while taps flow; nobody but its own supervisor heals. */
export const chaos: Drill = {
  name: "chaos",
  takesMinutes: true,
  about: "kill -9 of any process of npm start at random moments, which heals itself",
  run: async (options) => {
    const dir = await mkdtemp(join(tmpdir(), "tapline-chaos-"));
    try {
      return await killWhileTapsFlow(dir, options);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function killWhileTapsFlow(dir: string, options: DrillOptions): Promise<DrillResult> {
  const [dataDir, ledger] = [join(dir, ".tapline"), join(dir, "ledger.ndjson")];
  const ingestPort = await freePort();
  const settings = {
    TAPLINE_AGENT_LEDGER: ledger,
    TAPLINE_AGENT_SCENARIO: "hostile",
    TAPLINE_AGENT_RESEND_AFTER_MS: "5000",
    TAPLINE_INGEST_PORT: String(ingestPort),
  };
  const start = (tapsPerSecond: number) =>
    StartedStack.start(dataDir, { ...settings, TAPLINE_AGENT_RATE: String(tapsPerSecond) });
  const flowing = await start(tapsPerSecond);
  let fleet: Fleet;
  let faults: number;
  try {
    for (const service of doubled)
      await flowing.actuator.act(
        { kind: "scale", workload: { service, colour: "blue" }, replicas: 2 },
        { fence: null, reason: "a drill" },
      );
    await flowing.allUp();
    fleet = await Fleet.start(dataDir, await flowing.databaseUrl(), ingestPort);
    faults = await killAgain(flowing, options);
    await flowing.allUp();
    await fleet.stop();
  } finally {
    await flowing.stop();
  }
  const resting = await start(restTapsPerSecond);
  try {
    const figures = await settled(resting);
    const [certPem, keyPem] = await Promise.all(
      ["archive.crt", "archive.key"].map((name) => readFile(join(dataDir, "pki", name), "utf8")),
    );
    const installation = {
      databaseUrl: await resting.databaseUrl(),
      archiveDir: join(dataDir, "archive"),
      archiveKey: { certPem: certPem ?? "", keyPem: keyPem ?? "" },
    };
    const agents = await fleet.fared(installation);
    const compared = await compareWithArchive({ installation, flow: { ledger }, agent: ownAgent }, figures);
    return { faults, ...compared, agents, faultsFound: [...compared.faultsFound, ...wrongOf(agents)] };
  } finally {
    await resting.stop();
  }
}

/** What the agents' own figures say against the installation, a sentence each. */
function wrongOf({ taken, archived, archivedPercent, operatorActs }: AgentsFared): string[] {
  return [
    ...(archivedPercent < leastArchivedPercent
      ? [`of ${taken} taps that the door took the archive holds ${archived}`]
      : []),
    ...(operatorActs > 0 ? [`operators had to act ${operatorActs} times`] : []),
  ];
}

/**
 * As fast as half of the services' processes are ready: where a busy machine takes long to start one, to kill on would say no more than that.
 * @returns how many were killed
 */
async function killAgain(stack: StartedStack, { times, minutes, seed, say }: DrillOptions): Promise<number> {
  const random = seededRandom(seed);
  const killed = new Map<string, number>();
  const end = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + minutes * 60_000;
  const most = minutes === undefined ? times : Number.POSITIVE_INFINITY;
  let done = 0;
  while (done < most && performance.now() < end) {
    await sleep(random() * longestPauseMs);
    await stack.mostlyUp();
    const victims = await stack.victims();
    const victim = victims[wholeBetween(random, 0, victims.length - 1)];
    if (victim === undefined) continue;
    if (!hasKilled(victim.pid)) continue;
    killed.set(victim.runs, (killed.get(victim.runs) ?? 0) + 1);
    if (++done % progressEvery === 0) say(`${done} kills`);
  }
  say([...killed].map(([name, count]) => `${name} ${count}`).join(", "));
  return done;
}

/** False where it has ended by itself meanwhile. */
function hasKilled(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Waits until every tap that was read has its end. */
async function settled(stack: StartedStack): Promise<AgentFigures> {
  const end = performance.now() + settleWithinMs;
  for (;;) {
    const figures = await stack.figures();
    if (figures.taps > 0 && figures.pending === 0) return figures;
    if (performance.now() > end)
      throw new Error(`${figures.pending} taps have no end ${settleWithinMs / 1000} s after the last kill`);
    await sleep(lookEveryMs);
  }
}
