import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@tapline/adapters/redis";
import { type Random, seededRandom, wholeBetween } from "@tapline/core/kernel";
import { meshServices } from "@tapline/core/telemetry";
import { Agent, request } from "undici";
import { refusedToUsers, signedIn, userOf } from "../../../tools/redis/index.ts";
import { type Installation, makeTrackers } from "../../installation/index.ts";
import { openReceiver, type Receiver } from "../../mesh/receiver.ts";
import { tryDoors, tryStores } from "../../mesh/refusals.ts";
import { startTwelve, type Twelve } from "../../mesh/twelve.ts";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { compareWithArchive } from "../yard/compare-with-archive.ts";
import { Flow } from "../yard/flow.ts";

const flowOptions = { readers: 8, tapsPerSecond: 60 };
const settleWithinMs = 180_000;
const lookEveryMs = 250;
/** Some times as long as services wait before they send their figures. */
const heardWithinMs = 60_000;

/** Every service in a process of its own, mutual TLS between them, each replaced in turn while taps flow. */
export const mesh: Drill = {
  name: "mesh",
  about:
    "twelve processes with mutual TLS, replaced one by one as a roll-out does, and calls that must be refused",
  usualTimes: 24,
  run: async (options) => {
    const trackers = await makeTrackers();
    const collector = await openReceiver();
    try {
      options.say("twelve processes, a mesh around them");
      const twelve = await startTwelve(trackers.enrolled, "refuse", { collector: collector.place });
      try {
        const result = await rollWhileTapsFlow(twelve, trackers.file, options);
        return { ...result, faultsFound: [...result.faultsFound, ...(await unheard(collector))] };
      } finally {
        await twelve.installation.stop();
      }
    } finally {
      collector.close();
      await trackers.remove();
    }
  },
};

async function rollWhileTapsFlow(
  twelve: Twelve,
  trackersFile: string,
  { times, seed, say }: DrillOptions,
): Promise<DrillResult> {
  const { installation, mesh: around } = twelve;
  const random = seededRandom(seed);
  const faultsFound = [...(await tryDoors(around)), ...(await tryStores(installation))];
  say("who may not call is refused, and clear text");
  const flow = new Flow(installation, trackersFile, flowOptions, random);
  await flow.start();
  const browser = watchConsole(around.webPort);
  try {
    const order = orderOf(
      installation.parts.filter(({ kind }) => kind === "worker" || kind === "web"),
      random,
    );
    for (let done = 0; done < times; done++) {
      const part = order[done % order.length];
      await part?.roll();
      say(`${done + 1} of ${times}: ${part?.name ?? ""} was replaced`);
    }
    faultsFound.push(...(await browser.stop()));
    const result = await compareWithArchive({ installation, flow }, await flow.settle(settleWithinMs));
    faultsFound.push(...(await redisUsers(installation)));
    return { faults: times, ...result, faultsFound: [...faultsFound, ...result.faultsFound] };
  } finally {
    await browser.stop();
    await flow.kill();
  }
}

/** Who of Redis's users was refused what, and which service is not signed in as itself, in sentences. */
async function redisUsers({ tlsEnvironment }: Installation): Promise<string[]> {
  const redis = connectRedis(tlsEnvironment.REDIS_URL ?? "", () => undefined);
  try {
    const [refused, users] = [await refusedToUsers(redis), await signedIn(redis)];
    const wanted = meshServices.map((service) => userOf(service));
    return [
      ...refused.map((refusal) => `Redis has refused ${refusal}`),
      ...wanted.filter((user) => !users.has(user)).map((user) => `nobody is signed in to Redis as ${user}`),
      ...[...users]
        .filter((user) => !wanted.includes(user))
        .map((user) => `somebody is signed in to Redis as ${user}`),
    ];
  } finally {
    redis.disconnect();
  }
}

/** Services whose figures the collector has not got by the mesh, in sentences. */
async function unheard({ heard }: Receiver): Promise<string[]> {
  const end = performance.now() + heardWithinMs;
  while (meshServices.some((service) => !heard.has(service)) && performance.now() < end)
    await sleep(lookEveryMs);
  return meshServices
    .filter((service) => !heard.has(service))
    .map((service) => `the collector has heard nothing of ${service}`);
}

/** The door first, since most depends on it; the rest by chance. */
function orderOf<Named extends { readonly name: string }>(parts: readonly Named[], random: Random): Named[] {
  const rest = parts.filter(({ name }) => name !== "ingest");
  const first = parts.filter(({ name }) => name === "ingest");
  for (let left = rest.length; left > 0; left--)
    first.push(...rest.splice(wholeBetween(random, 0, left - 1), 1));
  return first;
}

/** Asks the console for a page again and again, by new connections. */
function watchConsole(port: number): { readonly stop: () => Promise<string[]> } {
  const dispatcher = new Agent({ pipelining: 0 });
  const faults = new Set<string>();
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      try {
        const answer = await request(`http://127.0.0.1:${port}/sign-in`, { dispatcher, reset: true });
        await answer.body.dump();
        if (answer.statusCode >= 400) faults.add(`the console answered with ${answer.statusCode}`);
      } catch (error) {
        faults.add(`the console did not answer: ${String(error)}`);
      }
      await sleep(lookEveryMs);
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      isOver = true;
      await watching;
      await dispatcher.close().catch(() => undefined);
      return [...faults];
    },
  };
}
