import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumArguments } from "../../tools/servers/index.ts";
import { nowMs } from "./now-ms.ts";

export const viewport = { width: 1440, height: 900 };

export async function startBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: [...chromiumArguments] });
}

/** Works in a context with an empty cache, signed in by `cookie` where there is one. */
export async function inFreshContext<Result>(
  browser: Browser,
  { origin, cookie, scripts = [] }: { origin: string; cookie?: string; scripts?: readonly string[] },
  work: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context: BrowserContext = await browser.newContext({ viewport });
  try {
    for (const path of scripts) await context.addInitScript({ path });
    if (cookie !== undefined) await keepCookie(context, origin, cookie);
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/** As a browser keeps it that was sent it by `url`. @param cookie name and value pairs with "; " between them */
export async function keepCookie(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const cookies = cookie.split("; ").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return { name, value: value.join("="), url };
  });
  await context.addCookies(cookies);
}

const clockReadings = 50;

/** How far `nowMs` is ahead of the page's `performance.now()`: by the shortest of some round trips, to half of it. */
export async function clockAhead(page: Page): Promise<number> {
  let shortestMs = Number.POSITIVE_INFINITY;
  let aheadMs = 0;
  for (let i = 0; i < clockReadings; i++) {
    const askedMs = nowMs();
    const readMs = await page.evaluate<number>("performance.now()");
    const tookMs = nowMs() - askedMs;
    if (tookMs >= shortestMs) continue;
    shortestMs = tookMs;
    aheadMs = askedMs + tookMs / 2 - readMs;
  }
  return aheadMs;
}
