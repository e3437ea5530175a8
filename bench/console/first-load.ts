import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Page } from "playwright-core";

/** What a page loads after the network has come to rest first, such as what its first answers ask for, has so long, ms. */
const settleMs = 3_000;
const packed = promisify(gzip);

export type FirstLoad = { readonly gzipKiB: number; readonly scripts: number };

/**
 * The script files that a browser with an empty cache has run once the page stands still: what was only fetched ahead, for pages that
 * may come, is not among them. Each is packed by the same gzip, whatever its server packs with.
 * @param ready a text of the page that is there once it shows what it is for
 */
export async function firstLoad(page: Page, url: string, ready: string): Promise<FirstLoad> {
  await page.coverage.startJSCoverage({ resetOnNavigation: false });
  await page.goto(url);
  await page.getByText(ready).first().waitFor({ timeout: 60_000 });
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await sleep(settleMs);
  const run = await page.coverage.stopJSCoverage();
  const sources = new Map(run.map(({ url: from, source }) => [from, source ?? ""]));
  const sizes = await Promise.all(
    [...sources.values()].map(async (source) => (await packed(source, { level: 9 })).byteLength),
  );
  return { gzipKiB: sizes.reduce((sum, size) => sum + size, 0) / 1_024, scripts: sizes.length };
}
