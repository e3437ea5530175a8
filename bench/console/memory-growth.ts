import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, CDPSession } from "playwright-core";
import { inFreshContext } from "../site/browsing.ts";

export type Held = { readonly heapMiB: number; readonly nodes: number; readonly listeners: number };
export type Growth = { readonly early: Held; readonly late: Held; readonly shown: number };

/** By then caches and histories that have a bound are as full as this span fills them; a tenth of it is early. */
const earlyShare = 0.1;

/** What the Overview holds after garbage was collected: after a tenth of the time, and in the end. */
export async function memoryGrowth(
  browser: Browser,
  { origin, cookie }: { origin: string; cookie: string },
  { forMs }: { forMs: number },
): Promise<Growth> {
  return await inFreshContext(browser, { origin, cookie }, async (page) => {
    const cdp = await page.context().newCDPSession(page);
    await page.goto(origin);
    const backlog = page.getByTestId("backlog").locator(".figure").first();
    await backlog.waitFor({ timeout: 60_000 });
    await sleep(forMs * earlyShare);
    const early = await heldBy(cdp);
    await sleep(forMs * (1 - earlyShare));
    const late = await heldBy(cdp);
    return { early, late, shown: Number((await backlog.textContent())?.replaceAll(/\D/g, "")) };
  });
}

async function heldBy(cdp: CDPSession): Promise<Held> {
  for (let i = 0; i < 3; i++) await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("Performance.enable");
  const { metrics } = await cdp.send("Performance.getMetrics");
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  return { heapMiB: of("JSHeapUsedSize") / 2 ** 20, nodes: of("Nodes"), listeners: of("JSEventListeners") };
}
