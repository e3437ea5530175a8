import { setTimeout as sleep } from "node:timers/promises";
import { countArchived, type Installation } from "../installation/index.ts";
import { makeLoad } from "../load/taps.ts";
import { quantile } from "../report.ts";
import { type Paced, pacedPosts } from "./paced-posts.ts";
import { startTwelve } from "./twelve.ts";

const perSecond = 50;
const settleWithinMs = 120_000;
/** Taps are there for as long as a roll may take on a slow machine, s. */
const rollWithinS = 30;

export type Rolled = {
  readonly quietP99Ms: number;
  readonly rollingP99Ms: number;
  readonly lost: number;
  readonly again: number;
};

/** Taps at an even pace while nothing is done, and while each of the twelve processes is replaced in turn. */
export async function rollingRestart(
  { quietS, rolls }: { readonly quietS: number; readonly rolls: number },
  faults: string[],
): Promise<Rolled> {
  const load = makeLoad((quietS + rolls * rollWithinS) * perSecond, true);
  const { installation } = await startTwelve(load.trackers, "refuse");
  try {
    const sound = load.payloads.filter((payload) => payload[0] !== 0);
    const quietCount = quietS * perSecond;
    // What a process does for the first time is no part of a quiet time.
    await pacedPosts(installation, sound.slice(0, perSecond), { from: 0, perSecond });
    const quiet = await pacedPosts(installation, sound.slice(perSecond, quietCount), {
      from: perSecond,
      perSecond,
    });
    const rolling = await postWhileRolling(installation, sound.slice(quietCount), {
      from: quietCount,
      rolls,
    });
    if (rolling.posted === sound.length - quietCount)
      faults.push("all taps were posted before all processes were replaced: it was not measured to the end");
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

async function postWhileRolling(
  installation: Installation,
  payloads: readonly Buffer[],
  { from, rolls }: { readonly from: number; readonly rolls: number },
): Promise<Paced> {
  const parts = installation.parts.filter(({ kind }) => kind === "worker" || kind === "web");
  let isOver = false;
  const restarting = (async (): Promise<void> => {
    try {
      for (let done = 0; done < rolls; done++) await parts[done % parts.length]?.roll();
    } finally {
      isOver = true;
    }
  })();
  // Looked at below, once the posting has ended for it: until then nobody hears of it.
  restarting.catch(() => undefined);
  const rolling = await pacedPosts(installation, payloads, { from, perSecond, isOver: () => isOver });
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
