import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { clockAhead, inFreshContext } from "../site/browsing.ts";
import { publishPictures } from "../site/publish-pictures.ts";

const probe = fileURLToPath(new URL("./figure-probe.js", import.meta.url));
/** So many come first, and count for nothing: caches are warm by then. */
const unmeasured = 20;
const lingerMs = 2_000;
/** Pictures come so far apart, ms, and up to half of it more, by chance: frames of a browser have a beat. */
const everyMs = 150;

/**
 * From the live picture handed to Redis to the frame of the Overview that shows its backlog; of what was left out, to the frame with a
 * newer one. @returns how long each took, ms
 */
export async function eventToPaint(
  browser: Browser,
  { origin, cookie, redisUrl }: { origin: string; cookie: string; redisUrl: string },
  { stream, updates }: { stream: string; updates: number },
  faults: string[],
): Promise<number[]> {
  return await inFreshContext(browser, { origin, cookie, scripts: [probe] }, async (page) => {
    await page.goto(origin);
    await page.getByText("Live").first().waitFor({ timeout: 60_000 });
    const sentAtMs = await publishPictures(redisUrl, {
      ...{ stream, updates: unmeasured + updates },
      everyMs: () => everyMs * (1 + Math.random() / 2),
    });
    await sleep(lingerMs);
    const aheadMs = await clockAhead(page);
    const painted = await page.evaluate<{ figure: number; atMs: number }[]>("globalThis.paintedFigures");
    const last = painted.at(-1)?.figure;
    if (last !== sentAtMs.length)
      faults.push(`the Overview shows a backlog of ${last} after the picture with ${sentAtMs.length}`);
    return sentAtMs.slice(unmeasured).flatMap((sentMs, i) => {
      const shown = painted.find(({ figure }) => figure >= i + 1 + unmeasured && figure <= sentAtMs.length);
      return shown === undefined ? [] : [shown.atMs + aheadMs - sentMs];
    });
  });
}
