import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions } from "../bench.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { countArchived, type Installation, startInstallation } from "../installation/index.ts";
import { measureOurs, measureStream, nothing } from "../load/measure.ts";
import { type Load, makeLoad } from "../load/taps.ts";
import { compare, figure, type Row } from "../report.ts";
import { PacedPosts } from "./paced-posts.ts";
import { startTwelve, workerServices } from "./twelve.ts";

/** What both have to do: the same taps at the same pace, since what waits costs by the second and what is done by the tap. */
const perSecond = 500;
const settleWithinMs = 120_000;

type Sizes = {
  readonly rounds: number;
  readonly idleS: number;
  /** Taps that are posted as fast as clients can: what a process does for the first time is done by then. */
  readonly fast: number;
  readonly pacedS: number;
  readonly streamed: number;
};

type Costs = {
  idleCores: number[];
  tapsPerS: number[];
  msPerPost: number[];
  msPerStreamed: number[];
  proxiesMsPerPost: number[];
};

const none = (): Costs => ({
  ...{ idleCores: [], tapsPerS: [], msPerPost: [], msPerStreamed: [], proxiesMsPerPost: [] },
});

/** Twelve processes with mutual TLS against one of all services and a console, without. */
export async function costRows(
  { quick, say }: Pick<BenchOptions, "quick" | "say">,
  faults: string[],
): Promise<Row[]> {
  const sizes: Sizes = quick
    ? { rounds: 1, idleS: 20, fast: 4_000, pacedS: 15, streamed: 10_000 }
    : { rounds: 3, idleS: 60, fast: 20_000, pacedS: 40, streamed: 60_000 };
  const [one, twelve] = [none(), none()];
  for (let round = 1; round <= sizes.rounds; round++) {
    say(`round ${round} of ${sizes.rounds}: one process and the console`);
    await costsIn(
      async (load) => {
        const options = { trackers: load.trackers, unsigned: "refuse", withConsole: true } as const;
        const installation = await startInstallation({ ...options, workers: [workerServices.join(",")] });
        return { installation, proxies: [] };
      },
      { sizes, into: one, faults },
    );
    say(`round ${round} of ${sizes.rounds}: twelve processes and a mesh`);
    await costsIn(
      async (load) => {
        const { installation, mesh } = await startTwelve(load.trackers, "refuse");
        return { installation, proxies: mesh.pids };
      },
      { sizes, into: twelve, faults },
    );
  }
  return rowsOf(one, twelve, sizes);
}

type Started = { readonly installation: Installation; readonly proxies: readonly number[] };

async function costsIn(
  start: (load: Load) => Promise<Started>,
  { sizes, into, faults }: { readonly sizes: Sizes; readonly into: Costs; readonly faults: string[] },
): Promise<void> {
  const paced = sizes.pacedS * perSecond;
  const load = makeLoad(sizes.fast + paced + 2 * sizes.streamed, true);
  const { installation, proxies } = await start(load);
  try {
    const parts = portions(load, [sizes.fast, paced, sizes.streamed, sizes.streamed]);
    const [fast, even, warming, streamed] = parts as [Load, Load, Load, Load];
    const measured = nothing();
    await measureOurs(installation, fast, measured);
    into.tapsPerS.push(...measured.tapsPerS);
    const idleCores = (await used(installation.pids, () => sleep(sizes.idleS * 1000))) / sizes.idleS;
    into.idleCores.push(idleCores);
    const before = await cpuSeconds(proxies);
    let ended = sizes.fast + paced;
    const posting = async (): Promise<void> => {
      await using posts = new PacedPosts(installation);
      await posts.post(even.payloads, { perSecond });
      await installation.settled(ended, settleWithinMs);
    };
    into.msPerPost.push((1000 * (await used(installation.pids, posting))) / paced);
    into.proxiesMsPerPost.push((1000 * ((await cpuSeconds(proxies)) - before)) / paced);
    const streaming = async (part: Load): Promise<void> => {
      await measureStream(installation, part, nothing());
      ended += part.payloads.length;
      await installation.settled(ended, settleWithinMs);
    };
    await streaming(warming);
    const begunAt = performance.now();
    const usedS = await used(installation.pids, () => streaming(streamed));
    // How fast it goes is the machine's to say: what is done without taps meanwhile would be its measure.
    const restS = (idleCores * (performance.now() - begunAt)) / 1000;
    into.msPerStreamed.push((1000 * (usedS - restS)) / sizes.streamed);
    const { taps, doubled } = await countArchived(installation.archiveDir, installation.archiveKey);
    if (taps !== load.archived) faults.push(`the archive holds ${taps} taps instead of ${load.archived}`);
    if (doubled > 0) faults.push(`the archive holds ${doubled} taps more than once`);
  } finally {
    await installation.stop();
  }
}

/** Parts of a load in its order, each of so many taps. */
function portions(load: Load, sizes: readonly number[]): Load[] {
  let from = 0;
  return sizes.map((size) => {
    const payloads = load.payloads.slice(from, from + size);
    from += size;
    return { ...load, payloads };
  });
}

/** CPU that processes use while something is done, s. */
async function used(pids: readonly number[], act: () => Promise<void>): Promise<number> {
  const before = await cpuSeconds(pids);
  await act();
  return (await cpuSeconds(pids)) - before;
}

function rowsOf(one: Costs, twelve: Costs, { idleS }: Sizes): Row[] {
  const each = "baseline: all services in one process, and the console, no TLS to the stores";
  return [
    compare("cpu-per-tap-vs-one-process", "CPU ms/tap", twelve.msPerPost, one.msPerPost, {
      aim: "≤ 1.6",
      note: `signed taps, one per POST, ${perSecond} a second, what processes do without taps included; processes, proxies and stores; ${each}`,
    }),
    figure("cpu-per-tap-of-proxies", "CPU ms/tap", twelve.proxiesMsPerPost, {
      note: "of the twelve's: the two small proxies that a request passes, in the place of a mesh's",
    }),
    compare("cpu-per-streamed-tap-vs-one-process", "CPU ms/tap", twelve.msPerStreamed, one.msPerStreamed, {
      aim: "≤ 1.6",
      note: `by one agent's stream, as agents send, as fast as credits allow; beyond what processes use without taps; ${each}`,
    }),
    compare("idle-cores-vs-one-process", "cores", twelve.idleCores, one.idleCores, {
      note: `while no tap comes, over ${idleS} s: what a low rate of taps has to bear; ${each}`,
    }),
    compare("taps-per-second", "taps/s", twelve.tapsPerS, one.tapsPerS, {
      note: "as fast as 50 clients can, one per POST, from the first tap after the start on",
    }),
  ];
}
