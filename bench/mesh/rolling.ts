import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { countArchived, type Installation } from "../installation/index.ts";
import { makeLoad } from "../load/taps.ts";
import { quantile } from "../report.ts";
import { type Paced, PacedPosts } from "./paced-posts.ts";
import { startTwelve, workerServices } from "./twelve.ts";

const perSecond = 50;
const settleWithinMs = 120_000;
/** Taps are there for as long as a roll may take on a slow machine, s. */
const rollWithinS = 30;
/** So many are replaced at least: all of them. */
const partsCount = workerServices.length + 1;

export type Rolled = {
  readonly quietP99Ms: number;
  readonly rollingP99Ms: number;
  readonly lost: number;
  readonly again: number;
};

/**
 * Taps at an even pace by connections that are kept: while nothing is done, and while each of the twelve processes is replaced in turn, all of them again
 * and again for as long as it was quiet. Of few taps p99 would be the one moment at which the disk was slow.
 */
export async function rollingRestart(quietS: number, faults: string[]): Promise<Rolled> {
  const load = makeLoad((2 * quietS + partsCount * rollWithinS) * perSecond, true);
  const { installation } = await startTwelve(load.trackers, "refuse", {}, drainingAsInCluster);
  try {
    await using posts = new PacedPosts(installation);
    const sound = load.payloads.filter((payload) => payload[0] !== 0);
    const quietCount = quietS * perSecond;
    // What a process does for the first time is no part of a quiet time.
    await posts.post(sound.slice(0, perSecond), { perSecond });
    const quiet = await posts.post(sound.slice(perSecond, quietCount), { perSecond });
    const rolling = await postWhileRolling(installation, posts, sound.slice(quietCount), quietS * 1_000);
    if (rolling.posted === sound.length - quietCount)
      faults.push(
        "all taps were posted before all processes had been replaced: it was not measured to the end",
      );
    const distinct = new Set(
      sound.slice(0, quietCount + rolling.posted).map((payload) => payload.toString("base64")),
    ).size;
    const { taps, doubled } = await archived(installation, distinct);
    if (doubled > 0) faults.push(`the archive holds ${doubled} taps more than once`);
    if (taps < distinct) faults.push(`the archive lacks ${distinct - taps} taps`);
    return {
      quietP99Ms: quantile(quiet.acceptMs, 0.99),
      rollingP99Ms: quantile(rolling.acceptMs, 0.99),
      lost: distinct - taps,
      again: quiet.again + rolling.again,
    };
  } finally {
    await installation.stop();
  }
}

/** Services that are called serve on for a while once they are to end: as long as their manifests say. */
function drainingAsInCluster(service: string): Record<string, string> {
  const manifest = readFileSync(new URL(`../../istio/services/${service}.yaml`, import.meta.url), "utf8");
  const [, seconds] = /name: TAPLINE_DRAIN_DELAY_SECONDS\s+value: "(\d+)"/.exec(manifest) ?? [];
  return seconds === undefined ? {} : { TAPLINE_DRAIN_DELAY_SECONDS: seconds };
}

async function postWhileRolling(
  installation: Installation,
  posts: PacedPosts,
  payloads: readonly Buffer[],
  atLeastMs: number,
): Promise<Paced> {
  const parts = installation.parts.filter(({ kind }) => kind === "worker" || kind === "web");
  const endMs = performance.now() + atLeastMs;
  let isOver = false;
  const restarting = (async (): Promise<void> => {
    try {
      do for (const part of parts) await part.roll();
      while (performance.now() < endMs);
    } finally {
      isOver = true;
    }
  })();
  // Looked at below, once the posting has ended for it: until then nobody hears of it.
  restarting.catch(() => undefined);
  const rolling = await posts.post(payloads, { perSecond, isOver: () => isOver });
  await restarting;
  return rolling;
}

/** What the archive holds once it holds `taps`, or after a while. */
async function archived({ archiveDir, archiveKey }: Installation, taps: number) {
  const end = performance.now() + settleWithinMs;
  for (;;) {
    const found = await countArchived(archiveDir, archiveKey);
    if (found.taps - found.doubled >= taps || performance.now() > end) return found;
    await sleep(500);
  }
}
