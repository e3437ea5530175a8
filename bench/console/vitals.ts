import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { inFreshContext } from "../site/browsing.ts";

/** How much slower the page's CPU is made, as Lighthouse does for a middling device. */
const slowdown = 4;
const loadedWithinMs = 10_000;
const betweenKeysMs = 700;

export type Vitals = {
  readonly lcpMs: number;
  /** The slowest of the interactions: there are fewer than 50. */
  readonly inpMs: number;
  readonly cls: number;
};

/** What somebody does who looks about: all of it by keys that the help names. */
const presses = [
  ...["?", "Escape", "t", "t", "g", "a", "j", "k", "g", "r", "j", "/", "Escape"],
  ...["g", "o", "?", "Escape", "t", "t"],
];

const probe = fileURLToPath(new URL("./vitals-probe.js", import.meta.url));

/** Opens the Overview with an empty cache on a slowed CPU, watches it for a while and works by keys, while figures go on changing. */
export async function vitalsOf(
  browser: Browser,
  { origin, cookie }: { origin: string; cookie: string },
  faults: string[],
): Promise<Vitals> {
  return await inFreshContext(browser, { origin, cookie, scripts: [probe] }, async (page) => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await page.goto(origin);
    await page.getByTestId("backlog").waitFor({ timeout: 60_000 });
    await sleep(loadedWithinMs);
    const loaded = await read(page);
    for (const key of presses) {
      await page.keyboard.press(key);
      await sleep(betweenKeysMs);
    }
    const { lcpMs } = loaded;
    const { shifts, interactions } = await read(page);
    const took = Object.values(interactions);
    if (took.length === 0) faults.push("the browser told of no interaction");
    if (lcpMs === 0) faults.push("the browser told of no largest contentful paint");
    return { lcpMs, inpMs: Math.max(0, ...took), cls: clsOf(shifts) };
  });
}

type Told = {
  readonly lcpMs: number;
  readonly shifts: readonly Shift[];
  readonly interactions: Readonly<Record<string, number>>;
};
type Shift = { readonly atMs: number; readonly value: number };

const read = (page: Page): Promise<Told> => page.evaluate<Told>("globalThis.vitals");

const windowMs = 5_000;
const gapMs = 1_000;

/** The worst session window: shifts less than 1 s apart, 5 s at most (web.dev, "Cumulative Layout Shift"). */
export function clsOf(shifts: readonly Shift[]): number {
  let [worst, sum, beganMs, lastMs] = [0, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { atMs, value } of shifts) {
    const goesOn = atMs - lastMs < gapMs && atMs - beganMs < windowMs;
    if (!goesOn) [sum, beganMs] = [0, atMs];
    sum += value;
    lastMs = atMs;
    worst = Math.max(worst, sum);
  }
  return worst;
}
