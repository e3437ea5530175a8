import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@tapline/core/kernel";
import {
  type AgentFigures,
  type AgentProcess,
  type Installation,
  makeTrackers,
  startAgent,
  startInstallation,
} from "../../installation/index.ts";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { readLedger } from "../read-ledger.ts";
import { compareWithArchive } from "./compare-with-archive.ts";

const readers = 8;
const tapsPerSecond = 300;
/** Next to nothing: one tap at the start, and no second one within the drill. */
const restTapsPerSecond = 0.001;
/** A life of the agent ends at a random moment up to so long after it began to read. */
const longestLifeMs = 600;
const settleTimeoutMs = 180_000;
const progressEvery = 20;

/** `kill -9` of the agent at random moments while taps flow. */
export const kills: Drill = {
  name: "kills",
  about: "kill -9 of the agent at random moments while taps flow",
  run: async (options) => {
    const trackers = await makeTrackers();
    const installation = await startInstallation({ trackers: trackers.enrolled, unsigned: "refuse" });
    try {
      return await killAgain(installation, trackers.file, options);
    } finally {
      await installation.stop();
      await trackers.remove();
    }
  },
};

async function killAgain(
  installation: Installation,
  trackersFile: string,
  { times, seed, say }: DrillOptions,
): Promise<DrillResult> {
  const random = seededRandom(seed);
  const ledger = join(installation.dir, "ledger.ndjson");
  const start = (perSecond: number): Promise<AgentProcess> =>
    startAgent(installation, trackersFile, {
      TAPLINE_AGENT_READERS: String(readers),
      TAPLINE_AGENT_RATE: String(perSecond),
      TAPLINE_AGENT_SEED: String(Math.floor(random() * 2 ** 31)),
      // Duplicates, clones, strangers and damaged tags among the good ones.
      TAPLINE_AGENT_SCENARIO: "hostile",
      TAPLINE_AGENT_LEDGER: ledger,
      // Short, so that what a kill left unanswered is not waited for.
      TAPLINE_AGENT_RESEND_AFTER_MS: "5000",
    });
  for (let done = 1; done <= times; done++) {
    const agent = await start(tapsPerSecond);
    await sleep(random() * longestLifeMs);
    await agent.kill();
    if (done % progressEvery === 0 || done === times) say(`${done} of ${times} kills`);
  }
  // Reads no more, so that all that was read comes to its end.
  const last = await start(restTapsPerSecond);
  const figures = await settled(last);
  await last.stop();
  const { handed } = await readLedger(ledger);
  return { faults: times, ...(await compareWithArchive(installation, handed, figures)) };
}

async function settled(agent: AgentProcess): Promise<AgentFigures> {
  const end = Date.now() + settleTimeoutMs;
  for (;;) {
    const figures = await agent.figures();
    if (figures.taps > 0 && figures.pending === 0) return figures;
    if (Date.now() > end)
      throw new Error(`${figures.pending} taps have no end ${settleTimeoutMs / 1000} s after the last kill`);
  }
}
