import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Browsing, expectAccessible } from "./browsing.ts";

const chromiumPath = inject("chromium");
let browsing: Browsing;

beforeAll(async () => {
  if (chromiumPath !== null) browsing = await Browsing.start(chromiumPath);
});
afterAll(() => browsing?.close());

/** A line that is hard to read at first and, once asked to be, black after a while; beside it something that turns for ever. */
const slow = `<!doctype html><html lang="en"><title>Slow</title><style>
  p { color: #ccc; background: #fff; transition: color 3s step-end }
  p.dark { color: #000 }
  @keyframes turn { to { rotate: 1turn } }
  i { display: block; width: 9px; height: 9px; animation: turn 1s infinite }
</style><main><h1>Slow</h1><p>Read me</p><i></i></main></html>`;

test.skipIf(chromiumPath === null)(
  "a page is looked at once its colours are there, and not held up by what never ends",
  { timeout: 120_000 },
  async () => {
    const page = await browsing.openPage();
    await page.setContent(slow);
    await expect(expectAccessible(page)).rejects.toThrow("color-contrast");
    await page.evaluate(() => document.querySelector("p")?.classList.add("dark"));
    await expectAccessible(page);
    await page.setContent('<iframe title="Another page"></iframe>');
    await expect(expectAccessible(page)).rejects.toThrow("there are frames");
  },
);
