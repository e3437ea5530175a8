import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@tapline/tools/test-servers";
import type { Page } from "playwright-core";
import { afterAll, expect, vi } from "vitest";
import { auditPageSize } from "../../contracts/audit.ts";
import { readZip } from "../../server/audit/read-zip.fixture.ts";
import { type AlertSite, ada, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { AuditFeed } from "../../test-site/audit-feed.fixture.ts";
import {
  expectAccessible,
  isConnection,
  isSearch,
  isStill,
  shoot,
  textOf,
  until,
} from "../../test-site/browsing.ts";

const command = fileURLToPath(new URL("../../../worker/src/cli/main.ts", import.meta.url));
const held = 10_000;
const job = { kind: "job", id: "test" } as const;

let browsing: AlertSite["browsing"];
let feed: AuditFeed;
/** Of the person who makes entries. */
let adaId: string;

const { it, open } = alertSite(async (there) => {
  browsing = there.browsing;
  feed = new AuditFeed(there.site.databaseUrl);
  await feed.fill(held);
  ({ id: adaId } = await feed.prisma.user.findFirstOrThrow({ where: { email: ada.email } }));
});
afterAll(() => feed?.stop());

async function openAudit(who = ada, query = ""): Promise<Page> {
  const page = await open(who, `/audit${query}`);
  await isConnection(page, "Live");
  await page.getByRole("heading", { name: "Audit", exact: true }).waitFor();
  return page;
}

const list = (page: Page) => page.getByRole("listbox", { name: "Audit entries" });
const options = (page: Page) => list(page).getByRole("option");
const option = (page: Page, text: string) => options(page).filter({ hasText: text }).first();
const pane = (page: Page) => page.getByRole("region", { name: "The open entry" });
const firstIs = (page: Page, text: RegExp) =>
  until(async () => expect(await textOf(options(page).first())).toMatch(text));
const scrollTop = (page: Page) => list(page).evaluate((element) => element.scrollTop);
const dialog = (page: Page) => page.getByRole("dialog");

/** Scrolls a list down by the frame until its last entry is the log's first. @returns what was drawn of it at most */
async function scrollThrough(element: Element, pixels: number): Promise<{ most: number; tallest: number }> {
  let [most, tallest] = [0, 0];
  for (let isEnd = false; !isEnd; ) {
    element.scrollTop += pixels;
    await new Promise((drawn) => requestAnimationFrame(drawn));
    const shown = [...element.querySelectorAll("[role=option]")];
    most = Math.max(most, shown.length);
    tallest = Math.max(tallest, element.scrollHeight);
    isEnd = /segment\/0\b/.test(shown.at(-1)?.textContent ?? "");
  }
  return { most, tallest };
}

/** One of the lines that are drawn, and where it stands once the list is no more on its way. */
async function restingLine(page: Page, at: number) {
  return await vi.waitFor(
    async () => {
      const line = page.locator(`#${await options(page).nth(at).getAttribute("id")}`);
      const before = await line.boundingBox({ timeout: 1_000 });
      await isStill(page);
      expect(before).not.toBeNull();
      expect(await line.boundingBox({ timeout: 1_000 })).toEqual(before);
      return { line, before };
    },
    { timeout: 45_000, interval: 100 },
  );
}

it("new entries come in as they get their places, and move nothing for who reads older ones; one entry tells all", {
  timeout: 300_000,
}, async () => {
  const page = await openAudit();
  await feed.record({ kind: "operator", id: adaId }, ["key/1"], "The old one was seen on a stick");
  await firstIs(page, /Administrator.*key\.changed.*key\/1.*The old one was seen on a stick/s);
  await expectAccessible(page);
  await shoot(page, "audit-light");

  await list(page).evaluate((element) => element.scrollTo({ top: 2_200 }));
  const { line, before } = await restingLine(page, 15);
  await feed.record(
    job,
    Array.from({ length: 12 }, (_, i) => `new/${i}`),
  );
  await page.getByRole("button", { name: "12 new" }).waitFor();
  expect(await line.boundingBox()).toEqual(before);
  await expectAccessible(page);
  await shoot(page, "audit-new-light");
  await page.getByRole("button", { name: "12 new" }).click();
  await firstIs(page, /new\/11/);
  await page.getByRole("button", { name: "12 new" }).waitFor({ state: "detached" });
  await feed.plant();
  await firstIs(page, /Cannot be read/);

  await option(page, "key/1").click();
  const told = ["The old one was seen on a stick", "next", "active", "90", adaId, "UTC", "north.example/log"];
  for (const text of told) await pane(page).getByText(text).first().waitFor();
  await pane(page)
    .getByText(/^yes: one of 10,0\d\d entries/)
    .waitFor();
  await pane(page).getByText("no: no witness has cosigned one").waitFor();
  await expectAccessible(page);
  await shoot(page, "audit-open-light");
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "audit-open-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await shoot(page, "audit-phone-open-dark");
  await page.goBack();
  await pane(page).waitFor({ state: "detached" });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, "audit-phone-dark");
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.keyboard.press("t");
  await isStill(page);
  await shoot(page, "audit-small-light");
  expect(browsing.complaints).toEqual([]);
});

it("ten thousand entries are scrolled through with a bounded page, each part of the log loaded once; one jumps to places and times", {
  timeout: 300_000,
}, async () => {
  const page = await openAudit(vera, "?action=segment");
  const asked: string[] = [];
  page.on("request", (request) => {
    const input = decodeURIComponent(request.url());
    if (input.includes("auditBoard.page") && input.includes('"older"')) asked.push(input);
  });
  await firstIs(page, new RegExp(`segment/${held - 1}\\b`));
  const { most, tallest } = await list(page).evaluate(scrollThrough, 2_000);
  expect(await textOf(options(page).last())).toMatch(/segment\/0\b/);
  expect(most).toBeLessThan(80);
  expect(tallest).toBeLessThanOrEqual(2_000 * 44);
  expect(new Set(asked).size).toBe(asked.length);
  // The first page came by itself; each other one was asked for.
  expect(asked.length).toBe(held / auditPageSize - 1);

  await page.keyboard.press(":");
  await dialog(page).getByLabel("A place of the log, or a time").fill("5,000");
  await expectAccessible(page);
  await shoot(page, "audit-go-to-light");
  await page.keyboard.press("Enter");
  await until(async () => expect(await textOf(list(page))).toContain("#5,000"));
  await list(page).focus();
  await page.keyboard.press("End");
  await until(async () => expect(await textOf(options(page).last())).toMatch(/segment\/0\b/));
  await page.keyboard.press("Home");
  await firstIs(page, new RegExp(`segment/${held - 1}\\b`));
  await until(async () => expect(await scrollTop(page)).toBe(0));
  await page.keyboard.press(":");
  await dialog(page).getByLabel("A place of the log, or a time").fill("999999999");
  await page.keyboard.press("Enter");
  await dialog(page).getByText("no entry at place 999999999").waitFor();
  expect(browsing.complaints.filter((text) => !text.includes("404"))).toEqual([]);
});

it("filters by keys stand in the address; the log's growth is checked in the browser, and a changed history is found", {
  timeout: 240_000,
}, async () => {
  await feed.record({ kind: "operator", id: adaId }, ["key/4711"], "Broken seal");
  const page = await openAudit(vera);
  expect(await page.getByRole("button", { name: "Export…" }).count()).toBe(0);
  await page.keyboard.press("/");
  await page.keyboard.type("broken SEAL");
  await page.keyboard.press("Enter");
  await until(async () => expect(await options(page).count()).toBe(1));
  await isSearch(page, "?words=broken+SEAL");
  await page.keyboard.press("o");
  await pane(page).getByRole("button", { name: "key/4711" }).click();
  await until(async () => expect(new URL(page.url()).searchParams.get("subject")).toBe("key/4711"));
  await page.keyboard.press("Escape");
  await page.getByLabel("What", { exact: true }).fill("gap");
  await page.keyboard.press("Enter");
  await page.getByText("None matches").waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Clear" }).click();
  await until(async () => expect(await options(page).count()).toBeGreaterThan(5));

  await option(page, "key/4711").click();
  await pane(page)
    .getByText(/^yes: one of/)
    .waitFor();
  await page.keyboard.press("v");
  await dialog(page).getByText("Growth since the checkpoint that this browser kept: not checked").waitFor();
  await dialog(page).getByText("The open entry's place: holds").waitFor();
  await dialog(page).getByText("The open entry as it is shown: holds").waitFor();
  await dialog(page).getByText("Verifier keys of the log and its witnesses").click();
  await dialog(page).getByRole("textbox").fill(feed.verifierKey);
  await feed.record(job, ["key/1", "key/2"]);
  await dialog(page).getByRole("button", { name: "Keep and verify" }).click();
  await dialog(page).getByText("The newest checkpoint's signature: holds").waitFor();
  await dialog(page).getByText("Growth since the checkpoint that this browser kept: holds").waitFor();
  await expectAccessible(page);
  await shoot(page, "audit-verify-light");
  await page.evaluate(() => {
    const key = "tapline.audit.checkpoint";
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    const [name, size, root, ...rest] = kept.note.split("\n");
    const other = root.startsWith("A") ? `B${root.slice(1)}` : `A${root.slice(1)}`;
    localStorage.setItem(key, JSON.stringify({ ...kept, note: [name, size, other, ...rest].join("\n") }));
  });
  await feed.record(job, ["key/3"]);
  await dialog(page).getByRole("button", { name: "Verify again" }).click();
  await dialog(page).getByText("Something does not hold").waitFor();
  await dialog(page).getByText("its history was changed", { exact: false }).waitFor();
  await expectAccessible(page);
  await shoot(page, "audit-verify-fails-light");
  expect(browsing.complaints).toEqual([]);
});

it("an operator exports what is shown, and an entry's proof: the command verifies both", {
  timeout: 240_000,
}, async () => {
  const folder = await temporaryFolder();
  const keys = join(folder, "log.vkey");
  await writeFile(keys, `${feed.verifierKey}\n`);
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [command, "audit", ...args], { cwd: "/" });
  const page = await openAudit(grace, "?subject=segment%2F77");
  await until(async () => expect(await options(page).count()).toBe(1));
  await page.keyboard.press("o");
  const [proof] = await Promise.all([
    page.waitForEvent("download"),
    pane(page).getByRole("button", { name: "Save its proof" }).click(),
  ]);
  const verified = await run("verify", await proof.path(), "--key", keys);
  expect(verified.stdout).toMatch(/proven: entry 77 of north\.example\/log/);

  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("What", { exact: true }).fill("segment");
  await page.keyboard.press("Enter");
  await until(async () => expect(await options(page).count()).toBeGreaterThan(5));
  await page.getByRole("button", { name: "Export…" }).click();
  await dialog(page).getByText("10,000 entries").waitFor();
  await expectAccessible(page);
  await shoot(page, "audit-export-light");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog(page).getByRole("button", { name: "Export", exact: true }).click(),
  ]);
  await dialog(page)
    .getByText(/was saved/)
    .waitFor();
  const files = readZip(await readFile(await download.path()));
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  const [name = ""] = [...files.keys()];
  const { stdout } = await run("verify-export", join(folder, name), "--key", keys, "--json");
  expect(JSON.parse(stdout)).toMatchObject({ entries: held });
  expect(browsing.complaints).toEqual([]);
});

it("a log that many search at once is asked again by itself, and that is said calmly", {
  timeout: 240_000,
}, async () => {
  const page = await open(vera, "/");
  let asked = 0;
  const refusal = {
    message: "the log is searched too often at once",
    code: -32_029,
    data: {
      code: "TOO_MANY_REQUESTS",
      tapline: { code: "overloaded", remedy: null, facts: { retryAfterMs: 400 } },
    },
  };
  await page.route(/auditBoard\.page/, async (route) => {
    asked += 1;
    if (asked > 5) return route.continue();
    const { pathname } = new URL(route.request().url());
    const body = JSON.stringify(pathname.split(",").map(() => ({ error: refusal })));
    await route.fulfill({ status: 429, contentType: "application/json", body });
  });
  await page.goto(`${new URL(page.url()).origin}/audit?words=segment/77`);
  const notice = page.getByText("Many search the log at once");
  await notice.waitFor();
  await expectAccessible(page);
  await option(page, "segment/77").waitFor();
  await notice.waitFor({ state: "detached" });
  expect(asked).toBeGreaterThan(5);
  expect(browsing.complaints.filter((text) => !text.includes("429"))).toEqual([]);
});
