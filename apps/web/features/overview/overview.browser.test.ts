import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma } from "@tapline/adapters/prisma";
import { pagesBuiltWithinMs } from "@tapline/tools/test-servers";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import {
  artifacts,
  Browsing,
  expectAccessible,
  isConnection,
  isSearch,
  isStill,
  shoot,
  signIn,
  textOf,
  until,
} from "../../test-site/browsing.ts";
import { startFeed, writeHistory } from "../../test-site/feed.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { person, type Site, startSite } from "../../test-site/start-site.ts";

const chromiumPath = inject("chromium");

let site: Site;
let browsing: Browsing;
const feeds: ReturnType<typeof startFeed>[] = [];

beforeAll(async () => {
  if (chromiumPath === null) return;
  [site, browsing] = await Promise.all([startSite(), Browsing.start(chromiumPath)]);
}, pagesBuiltWithinMs);
afterEach(async () => {
  for (const feed of feeds.splice(0)) feed.stop();
  await browsing?.closePages();
});
afterAll(async () => {
  await browsing?.close();
  await site?.stop();
});

const it = test.skipIf(chromiumPath === null);

function feedFrom(...given: Parameters<typeof startFeed>): ReturnType<typeof startFeed> {
  const feed = startFeed(...given);
  feeds.push(feed);
  return feed;
}

const status = (page: Page) => textOf(page.getByRole("status"));
const totalArchived = async (page: Page) =>
  Number((await textOf(page.getByTestId("totals").locator("dd").nth(1))).replaceAll(",", ""));

it("signing in says what is wrong, and then lets in", async () => {
  const page = await browsing.openPage();
  await page.goto(`${site.origin}/?x=1`);
  expect(await page.title()).toBe("Sign in · Tapline");
  await page.locator("input[name=email]:focus").waitFor();
  await page.keyboard.type(person.email);
  await page.getByLabel("Password").fill("not the pass phrase at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Wrong e-mail or password").waitFor();
  await expectAccessible(page);
  await shoot(page, "sign-in-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);
  await shoot(page, "sign-in-dark");
  await page.getByLabel("Password").fill(person.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  expect(page.url()).toBe(`${site.origin}/?x=1`);
  expect(await page.title()).toBe("Overview · Tapline");
  await page.getByRole("button", { name: "Administrator" }).click();
  await page.getByText("Role: admin").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Tapline" }).waitFor();
});

it("a console without taps leads to the first one, step by step", { timeout: 240_000 }, async () => {
  const page = await browsing.openPage();
  await signIn(page, site.origin);
  await page.getByText("There are no figures to show").waitFor();
  await until(async () => expect(await status(page)).toContain("No figures yet"));
  const zero = { ingested: 0, archived: 0, duplicates: 0, rejected: 0, segments: 0 };
  const nothing = { p50: null, p95: null, p99: null, count: 0 };
  const feed = feedFrom(site.redis, {
    ...{ totals: zero, tapsPerSecond: 0, archivedPerSecond: 0, backlog: 0, oldestAgeMs: null },
    ...{ tapToArchiveMs: nothing, rejects: {}, duplicates: 0 },
    restore: {
      ...{ provenAtEpochMs: null, firstArchivedAtEpochMs: null, everyMs: 3_600_000 },
      ...{ freshness: "due", readBack: [] },
    },
  });
  await page.getByText("No taps yet").waitFor();
  await isConnection(page, "Live");
  expect(await textOf(page.getByTestId("restore"))).toContain("not yet due: nothing is archived");
  expect(await textOf(page.getByTestId("restore"))).not.toContain("overdue");
  const guide = page.getByRole("region", { name: "The way to the first tap" });
  await guide.getByText("No agent is known yet.").waitFor();
  await expectAccessible(page);
  await shoot(page, "empty-light");
  const prisma = connectPrisma(site.databaseUrl);
  const fleet = new FleetFeed(prisma);
  await fleet.enrol("north", "front-desk");
  await guide.getByText("has enrolled, and is not online").waitFor();
  await fleet.report(["front-desk"], { readers: { failed: 1 } });
  await guide.getByText("sees no reader that takes taps").waitFor();
  await fleet.report(["front-desk"]);
  await guide.getByText("is online with 4 readers. Waiting for its first tap…").waitFor();
  await expectAccessible(page);
  await shoot(page, "empty-online-light");
  feed.stop();
  feedFrom(site.redis);
  await guide.getByText("The first tap is here").waitFor();
  await expectAccessible(page);
  await shoot(page, "first-tap-light");
  await guide.getByRole("button", { name: "Close" }).click();
  await guide.waitFor({ state: "detached" });
  await fleet.clear();
  await prisma.$disconnect();
});

it("numbers move, the last hour is drawn, and both themes can be read", { timeout: 480_000 }, async () => {
  await site.redis.del("tapline:{kpi}:seconds");
  await writeHistory(site.redis, Date.now());
  const feed = feedFrom(site.redis);
  const page = await browsing.openPage();
  await signIn(page, site.origin);
  await isConnection(page, "Live");
  // What the server sends has figures in it: they are seen before any script has run.
  for (const path of ["/", "/wall"]) {
    const sent = await page.evaluate(async (at) => (await fetch(at)).text(), path);
    expect(sent).toMatch(/class="figure [^"]*">[\d.,]+</);
  }
  const before = await totalArchived(page);
  await until(async () => expect(await totalArchived(page)).toBeGreaterThan(before));
  // Charts are loaded once somebody comes to them.
  const chart = page.getByRole("region", { name: "Throughput, last hour" });
  await chart.scrollIntoViewIfNeeded();
  await page.locator(".recharts-line-curve").first().waitFor();
  expect(await page.locator(".recharts-reference-area").count()).toBeGreaterThan(0);
  await expectAccessible(page);
  await shoot(page, "overview-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "overview-dark");
  await page.setViewportSize({ width: 800, height: 1100 });
  await isStill(page);
  await shoot(page, "overview-narrow-dark");
  await page.keyboard.press("t");
  await shoot(page, "overview-narrow-light");
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "help-light");
  await page.keyboard.press("Escape");
  await page.reload();
  await isConnection(page, "Live");
  await chart.scrollIntoViewIfNeeded();
  await page.locator(".recharts-line-curve").first().waitFor();
  expect(browsing.complaints).toEqual([]);

  feed.stop();
  await isConnection(page, "Stale");
  await until(async () => expect(await status(page)).toContain("No new figures"));
  expect(await page.locator("main [data-stale=true]").count()).toBe(1);
  await expectAccessible(page);
  await shoot(page, "stale-light");
  await page.keyboard.press("t");
  await expectAccessible(page);
  await shoot(page, "stale-contrast");
  await page.keyboard.press("t");
  await page.keyboard.press("t");
  await expectAccessible(page);
  await shoot(page, "stale-dark");
  // A page opened now must not take the old figures for new ones.
  await page.reload();
  await isConnection(page, "Stale");
});

it("a chart is taken away as a table of what is drawn, as a picture for paper from a dark screen, and printed alone", {
  timeout: 240_000,
}, async () => {
  await site.redis.del("tapline:{kpi}:seconds");
  await writeHistory(site.redis, Date.now());
  feedFrom(site.redis);
  const page = await browsing.openPage({ colorScheme: "dark" });
  await signIn(page, site.origin);
  const chart = page.getByRole("region", { name: "Throughput, last hour" });
  await chart.scrollIntoViewIfNeeded();
  await chart.locator(".recharts-line-curve").first().waitFor();
  const save = async (name: string) => {
    await chart.getByRole("button", { name: "Save or print: Throughput" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      chart.getByRole("button", { name }).click(),
    ]);
    // Pressed before it has closed, the menu would close and not open.
    await chart.getByRole("button", { name }).waitFor({ state: "hidden" });
    return file;
  };
  const csv = await save("CSV, times in UTC");
  expect(csv.suggestedFilename()).toMatch(/^tapline-throughput-\d{8}T\d{4}Z-\d{8}T\d{4}Z\.csv$/);
  const lines = (await readFile(await csv.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines[0]).toBe("from (UTC),until (UTC),Taps in (taps/s),Archived (taps/s),finished");
  expect(lines).toHaveLength(1 + 360);
  expect(lines.at(-1)).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d0Z,20.*Z,.*,no$/);
  expect(lines.filter((line) => /Z,[\d.]+,[\d.]+,yes$/.test(line)).length).toBeGreaterThan(100);
  expect(lines.some((line) => line.endsWith("Z,,,yes"))).toBe(true);

  const png = await save("PNG, for paper");
  await png.saveAs(join(artifacts, "chart-throughput.png"));
  const seen = await page.evaluate(coloursOf, (await readFile(await png.path())).toString("base64"));
  expect(seen.corner).toBe("#ffffff");
  // The line of taps in, as paper has it.
  expect(seen.all).toContain("#00408c");

  await chart.getByRole("button", { name: "Save or print: Throughput" }).click();
  await expectAccessible(page);
  await shoot(page, "chart-menu-dark");
  await chart.getByRole("button", { name: "Print…" }).click();
  await page.emulateMedia({ media: "print" });
  await page
    .locator(".print-sheet")
    .getByText(/times in UTC · \d+ \w+ 20\d\d, \d\d:\d\d/)
    .waitFor();
  expect(await page.getByRole("main").isVisible()).toBe(false);
  await shoot(page, "chart-print");
  expect(browsing.complaints).toEqual([]);
});

it("one looks closer at a stretch of both charts by the pointer, by keys and by the address, and points into both at once", {
  timeout: 240_000,
}, async () => {
  await site.redis.del("tapline:{kpi}:seconds");
  await writeHistory(site.redis, Date.now());
  feedFrom(site.redis);
  const page = await browsing.openPage();
  await signIn(page, site.origin);
  const charts = ["Throughput, last hour", "Tap → archive, last hour"].map((name) =>
    page.getByRole("region", { name }),
  );
  const [first, second] = charts as [Locator, Locator];
  const areDrawn = async () => {
    await first.scrollIntoViewIfNeeded();
    for (const chart of charts) await chart.locator(".recharts-line-curve").first().waitFor();
  };
  await areDrawn();
  const surface = first.locator("svg.recharts-surface");
  const { x, y, width, height } = (await surface.boundingBox())!;
  const at = (share: number) => [x + width * share, y + height / 2] as const;
  const pointedAt = (chart: Locator) => textOf(chart.locator(".recharts-tooltip-wrapper .figure").first());
  await page.mouse.move(...at(0.29));
  await page.mouse.move(...at(0.3));
  await until(async () => {
    expect(await pointedAt(first)).toMatch(/^\d\d:\d\d:\d0 – \d\d:\d\d:\d0$/);
    expect(await pointedAt(second)).toBe(await pointedAt(first));
  });
  const areas = first.locator(".recharts-reference-area");
  const gaps = await areas.count();
  await page.mouse.down();
  await until(async () => {
    await page.mouse.move(...at(0.55));
    await page.mouse.move(...at(0.6));
    expect(await areas.count()).toBe(gaps + 1);
  });
  await page.mouse.up();
  const stretch = () => new URL(page.url()).searchParams.get("zoom")?.split("-").map(Number) ?? [];
  const seconds = () => (stretch()[1] ?? 0) - (stretch()[0] ?? 0);
  await until(async () => expect(seconds()).toBeGreaterThan(900));
  expect(seconds()).toBeLessThan(1_800);
  for (const chart of charts) await chart.getByRole("button", { name: "Show all" }).waitFor();

  const [drawn, from] = [seconds(), stretch()[0]!];
  await surface.focus();
  await page.keyboard.press("+");
  await until(async () => expect(seconds()).toBeLessThan(drawn * 0.6));
  expect(stretch()[0]).toBeGreaterThan(from);
  const closer = stretch()[0]!;
  await page.keyboard.press("Shift+ArrowRight");
  await until(async () => expect(stretch()[0]).toBeGreaterThan(closer));
  expect(seconds()).toBeLessThan(drawn * 0.6);
  await page.reload();
  await areDrawn();
  for (const chart of charts) await chart.getByRole("button", { name: "Show all" }).waitFor();
  await first.getByRole("button", { name: "Save or print: Throughput" }).click();
  await expectAccessible(page);
  await shoot(page, "chart-zoomed-light");
  const [csv] = await Promise.all([
    page.waitForEvent("download"),
    first.getByRole("button", { name: "CSV, times in UTC" }).click(),
  ]);
  const lines = (await readFile(await csv.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + seconds() / 10);
  await second.getByRole("button", { name: "Show all" }).click();
  await isSearch(page, "");
  await first.getByRole("button", { name: "Show all" }).waitFor({ state: "hidden" });
  expect(browsing.complaints).toEqual([]);
});

/** The first dot of a picture, and all colours in it. */
async function coloursOf(base64: string): Promise<{ corner: string; all: string[] }> {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d")!;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const all = new Set<string>();
  for (let at = 0; at < data.length; at += 4)
    all.add(`#${[0, 1, 2].map((part) => data[at + part]!.toString(16).padStart(2, "0")).join("")}`);
  return { corner: [...all][0]!, all: [...all] };
}

it("an archive that is away and services that nothing is heard of are named, and show no zeros", {
  timeout: 150_000,
}, async () => {
  const page = await browsing.openPage();
  const feed = feedFrom(site.redis, {
    ...{ silent: ["ingest", "transfer"], tapsPerSecond: null, archivedPerSecond: null },
    ...{ rejects: null, duplicates: null, tapToArchiveMs: { p50: null, p95: null, p99: null, count: 0 } },
    awayArchives: [{ archive: "main", sinceEpochMs: Date.now() - 125_000, why: "unavailable" }],
  });
  await signIn(page, site.origin);
  await isConnection(page, "Live");
  const away = /Critical: .*Archive main has not answered since \d\d:\d\d:\d\d \(UTC here\), for \d min/;
  await until(async () =>
    expect(await page.getByTestId("trouble").allTextContents()).toEqual([
      expect.stringMatching(/Critical: .*Nothing is heard of: ingest, transfer/),
      expect.stringMatching(away),
    ]),
  );
  await page.getByRole("link", { name: "What to do: Archive main" }).waitFor();
  for (const tile of ["taps-in", "archived", "duplicates", "rejects"])
    expect(await textOf(page.getByTestId(tile).locator("p.text-ink .figure"))).toBe("–");
  await expectAccessible(page);
  await shoot(page, "trouble-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);
  await shoot(page, "trouble-dark");
  feed.stop();
});

it("two browsers and a restarted server show the publisher's numbers and no others", {
  timeout: 150_000,
}, async () => {
  const feed = feedFrom(site.redis);
  const pages = [await browsing.openPage(), await browsing.openPage()];
  for (const page of pages) await signIn(page, site.origin);
  for (const page of pages) await isConnection(page, "Live");
  await site.restart();
  // Pages wait longer from try to try, and a server that has just begun is slow on a busy machine.
  for (const page of pages) await isConnection(page, "Live", 60_000);
  const last = feed.last().totals.archived;
  await until(async () => {
    for (const page of pages) expect(await totalArchived(page)).toBeGreaterThan(last);
  });
  feed.stop();
  await until(async () => {
    for (const page of pages) expect(await totalArchived(page)).toBe(feed.last().totals.archived);
  });
});

it("a lost Redis is named, and the last figures stay, marked as old", async () => {
  const feed = feedFrom(site.redis);
  const page = await browsing.openPage();
  await signIn(page, site.origin);
  await isConnection(page, "Live");
  const known = await totalArchived(page);
  await site.redisServer.stop();
  feed.stop();
  await until(async () => expect(await status(page)).toContain("Redis does not answer"));
  expect(await totalArchived(page)).toBeGreaterThanOrEqual(known);
  expect(await page.locator("main [data-stale=true]").count()).toBe(1);
  await shoot(page, "redis-away-light");
});
