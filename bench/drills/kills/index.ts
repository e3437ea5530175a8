import { setTimeout as sleep } from "node:timers/promises";
import { wholeBetween } from "@tapline/core/kernel";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { compareWithArchive } from "../yard/compare-with-archive.ts";
import { openYard, type Yard } from "../yard/open-yard.ts";

const flowOptions = { readers: 8, tapsPerSecond: 100 };
/** A kill comes at a random moment up to so long after the one before. */
const longestPauseMs = 1_500;
const settleWithinMs = 180_000;
const progressEvery = 20;
const agent = "agent";

/** `kill -9` of any process at random moments while taps flow. */
export const kills: Drill = {
  name: "kills",
  about: "kill -9 of agent, door, stages, Redis, PostgreSQL, archive server at random moments",
  run: async (options) => {
    const yard = await openYard(flowOptions, options);
    try {
      return await killAgain(yard, options);
    } finally {
      await yard.close();
    }
  },
};

async function killAgain(yard: Yard, { times, say }: DrillOptions): Promise<DrillResult> {
  const { installation, supervisor, flow, random } = yard;
  const victims = [agent, ...installation.parts.map(({ name }) => name)];
  const killed = new Map<string, number>();
  await flow.start();
  for (let done = 1; done <= times; done++) {
    await sleep(random() * longestPauseMs);
    // The agent stands for the taps that are being read: it is every fourth.
    const victim = done % 4 === 1 ? agent : (victims[wholeBetween(random, 1, victims.length - 1)] ?? agent);
    killed.set(victim, (killed.get(victim) ?? 0) + 1);
    if (victim === agent) {
      await flow.kill();
      await flow.start();
    } else await supervisor.kill(supervisor.part(victim));
    if (done % progressEvery === 0 || done === times) say(`${done} of ${times} kills`);
  }
  await supervisor.allUp();
  const result = await compareWithArchive(yard, await flow.settle(settleWithinMs));
  say([...killed].map(([name, count]) => `${name} ${count}`).join(", "));
  return { faults: times, ...result, faultsFound: [...supervisor.unasked, ...result.faultsFound] };
}
