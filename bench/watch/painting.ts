import { fileURLToPath } from "node:url";
import { clockAhead, keepCookie, startBrowser, viewport } from "../site/browsing.ts";

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

/** One Chromium for all that is compared. */
export async function startPainting(executablePath: string): Promise<Painting> {
  const browser = await startBrowser(executablePath);
  return {
    open: async (url, cookie) => {
      const context = await browser.newContext({ viewport });
      await context.addInitScript({ path: probe });
      if (cookie !== undefined) await keepCookie(context, url, cookie);
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
