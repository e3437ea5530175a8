import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { violationsOf } from "@tapline/tools/accessibility";
import { chromiumArguments } from "@tapline/tools/servers";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { expect, vi } from "vitest";
import { person } from "./start-site.ts";

/** Where pictures for people go. */
export const artifacts = fileURLToPath(new URL("../artifacts", import.meta.url));
mkdirSync(artifacts, { recursive: true });

/** Chromium with the pages that a test has opened. */
export class Browsing {
  /** What pages opened since the last `openPage` complained of. */
  complaints: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @param more arguments of Chromium */
  static async start(executablePath: string, more: readonly string[] = []): Promise<Browsing> {
    return new Browsing(await chromium.launch({ executablePath, args: [...chromiumArguments, ...more] }));
  }

  /** A page of a browser that knows nobody. */
  async openPage(given: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    // Whoever runs the tests may live in any zone, the site's among them.
    const usual = { viewport: { width: 1440, height: 900 }, timezoneId: "UTC" };
    const context = await this.#browser.newContext({ ...usual, ...given });
    this.#contexts.push(context);
    const page = await context.newPage();
    // A busy machine is slow, and no fault of the page.
    page.setDefaultTimeout(90_000);
    this.complaints = [];
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    return page;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

export async function signIn(page: Page, origin: string, who = person): Promise<void> {
  await page.goto(origin);
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
}

export const textOf = async (locator: Locator) => (await locator.textContent()) ?? "";

export const until = (check: () => Promise<void>, timeout = 45_000) =>
  vi.waitFor(check, { timeout, interval: 100 });

export async function isConnection(page: Page, word: string, timeout?: number): Promise<void> {
  const badge = page.getByTestId("connection");
  await until(async () => expect(await textOf(badge)).toContain(word), timeout);
}

/** What stands behind the page's path: the address follows what is done a moment later. */
export const isSearch = (page: Page, search: string) =>
  until(async () => expect(new URL(page.url()).search).toBe(search));

/** Until nothing of a page is on its way any more: half way between two colours nothing can be said of their contrast. */
export async function isStill(page: Page): Promise<void> {
  await until(async () => expect(await page.evaluate(movesOf)).toEqual([]));
}

/** What moves in a page, once what was asked of it is drawn; what goes on for ever is left out. */
async function movesOf(): Promise<string[]> {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  await frame();
  await frame();
  const moves = document.getAnimations().filter(({ playState, effect }) => {
    const isEndless = effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY;
    return playState === "running" && !isEndless;
  });
  return moves.map((move) => `${move.constructor.name} ${move.id}`);
}

/** Once it is still. */
export async function expectAccessible(page: Page): Promise<void> {
  await isStill(page);
  expect(await violationsOf(page)).toEqual([]);
}

/** A picture for people, in the folder artifacts. */
export const shoot = (page: Page, name: string) => page.screenshot({ path: `${artifacts}/${name}.png` });
