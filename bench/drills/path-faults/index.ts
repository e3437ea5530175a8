import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, type Random, wholeBetween } from "@tapline/core/kernel";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { compareWithArchive } from "../yard/compare-with-archive.ts";
import { openYard, type Yard } from "../yard/open-yard.ts";
import { passesOf } from "./hold.ts";
import { matrixPoints } from "./points.ts";
import { type Fault, matrix } from "./strike.ts";
import { widerFaults } from "./wider-faults.ts";

const flowOptions = { readers: 8, tapsPerSecond: 40 };
const allFaults: readonly Fault[] = [...widerFaults, ...matrix];
/** The longest that a fault's taps may take to their end. */
const healWithinMs = 150_000;
const passWithinMs = 60_000;
const compareEvery = 25;

/** Strikes at every fault point of the path, and beside them, while taps flow. */
export const pathFaults: Drill = {
  name: "path-faults",
  about: "each process and server struck at each fault point of the path, full disks, clocks, losses",
  faultNames: allFaults.map(({ name }) => name),
  run: async (options) => {
    const yard = await openYard(flowOptions, options);
    try {
      return await strikeAgain(yard, options);
    } finally {
      await yard.close();
    }
  },
};

async function strikeAgain(yard: Yard, { times, say }: DrillOptions): Promise<DrillResult> {
  const { flow, supervisor, random } = yard;
  await flow.start();
  const wrong = await neverPassed(yard);
  const left: Fault[] = [];
  let [faults, longestMs] = [0, 0];
  let result: Omit<DrillResult, "faults"> | null = null;
  for (let done = 1; done <= times; done++) {
    if (left.length === 0) left.push(...shuffled(allFaults, random));
    const fault = left.pop();
    if (fault === undefined) break;
    try {
      if (!(await fault.run(yard))) {
        say(`${done} of ${times}: ${fault.name}: cannot be had on this machine, skipped`);
        continue;
      }
      faults++;
      await supervisor.allUp();
      const healedMs = await flow.healed(healWithinMs);
      longestMs = Math.max(longestMs, healedMs);
      say(`${done} of ${times}: ${fault.name}: healed after ${(healedMs / 1000).toFixed(1)} s`);
    } catch (error) {
      wrong.push(`${fault.name}: ${messageOf(error)}`);
      say(`${done} of ${times}: ${wrong.at(-1)}`);
      // What did not heal stays so: what follows would tell of the same.
      break;
    }
    if (done % compareEvery === 0 && done < times) {
      result = await settleAndCompare(yard);
      if (isWrong(result)) break;
      await flow.start();
    }
  }
  result = result !== null && isWrong(result) ? result : await settleAndCompare(yard);
  say(
    `the longest healing took ${(longestMs / 1000).toFixed(1)} s; ${result.late} taps stand late in the archive`,
  );
  return { faults, ...result, faultsFound: [...wrong, ...supervisor.unasked, ...result.faultsFound] };
}

const isWrong = ({ lost, doubled, faultsFound }: Omit<DrillResult, "faults">): boolean =>
  lost > 0 || doubled > 0 || faultsFound.length > 0;

async function settleAndCompare(yard: Yard): Promise<Omit<DrillResult, "faults">> {
  const result = await compareWithArchive(yard, await yard.flow.settle(healWithinMs));
  yard.say(`${result.taps} taps: ${result.lost} lost, ${result.doubled} twice, ${result.late} late`);
  return result;
}

/**
 * Loses Redis once while taps flow, and sees that every point of the matrix is there and is passed.
 * @returns those that were not, in sentences
 */
async function neverPassed(yard: Yard): Promise<string[]> {
  await yard.flow.healed(healWithinMs);
  await yard.wipeRedis();
  const end = performance.now() + passWithinMs;
  for (;;) {
    const passes = await passesOf(yard);
    const left = matrixPoints.filter(({ service, point }) => (passes.get(`${service} ${point}`) ?? 0) === 0);
    if (left.length === 0) {
      yard.say(
        `all ${matrixPoints.length} points of the matrix are passed, of ${passes.size} that there are`,
      );
      return [];
    }
    if (performance.now() > end)
      return left.map(({ service, point }) => `${service} never passed ${point}, though it is in the matrix`);
    await sleep(500);
  }
}

/** A copy in an order that `random` fixes (Fisher and Yates). */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = wholeBetween(random, 0, last);
    [copy[last], copy[other]] = [copy[other] as Item, copy[last] as Item];
  }
  return copy;
}
