import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumArguments } from "../../tools/servers/index.ts";
import { nowMs } from "./now-ms.ts";

/** A row that came to be seen. */
export type Painted = {
  readonly agent: string;
  /** When its frame was done, by `nowMs`. */
  readonly atMs: number;
  /** How many rows of that agent the frame held. */
  readonly rows: number;
};

/** A page in a browser that says what it has painted. */
export type PaintedPage = {
  /** In front: what is behind has no frames. Waits until the text is there. */
  readonly show: (text?: string) => Promise<void>;
  /** What it has painted since it was asked last. */
  readonly painted: () => Promise<Painted[]>;
};

export type Painting = {
  readonly open: (url: string, cookie?: string) => Promise<PaintedPage>;
  readonly close: () => Promise<void>;
};

const probe = fileURLToPath(new URL("./paint-probe.js", import.meta.url));
const clockReadings = 50;

/** One Chromium for all that is compared. */
export async function startPainting(executablePath: string): Promise<Painting> {
  const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] });
  return {
    open: async (url, cookie) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      await context.addInitScript({ path: probe });
      if (cookie !== undefined) await keep(context, url, cookie);
      const page = await context.newPage();
      await page.goto(url);
      return {
        show: async (text) => {
          await page.bringToFront();
          if (text !== undefined) await page.getByText(text).first().waitFor({ timeout: 60_000 });
        },
        painted: async () => {
          const aheadMs = await clockAhead(page);
          const rows = await page.evaluate<Painted[]>("globalThis.painted.splice(0)");
          return rows.map((row) => ({ ...row, atMs: row.atMs + aheadMs }));
        },
      };
    },
    close: () => browser.close(),
  };
}

async function keep(context: BrowserContext, url: string, cookie: string): Promise<void> {
  const cookies = cookie.split("; ").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return { name, value: value.join("="), url };
  });
  await context.addCookies(cookies);
}

/** How far `nowMs` is ahead of the page's `performance.now()`: by the shortest of some round trips, to half of it. */
async function clockAhead(page: Page): Promise<number> {
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
