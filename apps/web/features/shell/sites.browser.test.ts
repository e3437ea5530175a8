import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import type { Page } from "playwright-core";
import { afterAll, expect } from "vitest";
import { addPerson } from "../../server/people/add-person.fixture.ts";
import { type AlertSite, ada, alertSite } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isConnection, shoot, textOf, until } from "../../test-site/browsing.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { type FedTap, TapFeed } from "../../test-site/tap-feed.fixture.ts";

const lea = { email: "lea@console.test", password: "a pass phrase for two sites" };
const minuteMs = 60_000;

let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];
let prisma: PrismaClient;
let taps: TapFeed;

const { it, open } = alertSite(async (there) => {
  ({ browsing, alerts } = there);
  prisma = connectPrisma(there.site.databaseUrl);
  const id = await addPerson(prisma, { ...lea, name: "Lea Sand", role: "operator" });
  await prisma.user.update({ where: { id }, data: { scope: "sites", sites: ["east", "north"] } });
  const fleet = new FleetFeed(prisma);
  await fleet.fill("north", ["gate-1", "gate-2"]);
  await fleet.fill("east", ["hall-1"]);
  await fleet.fill("south", ["desk-9"]);
  await fleet.report(["gate-1", "hall-1", "desk-9"]);
  await fleet.report(["gate-2"], {}, 600_000);
  taps = new TapFeed(prisma, there.site.redisServer.url);
  await taps.begin();
  await taps.archive([tapOf("gate-1", 1)]);
  await taps.archive([tapOf("gate-1", 2), tapOf("desk-9", 1)]);
  await taps.archive([tapOf("desk-9", 2)]);
  const now = Math.floor(Date.now() / minuteMs) * minuteMs;
  const spans = Array.from({ length: 58 }, (_, i) => ({
    ...{ scope: { site: "north" }, startEpochMs: now - (i + 1) * minuteMs, resolutionMs: minuteMs },
    ...{ counts: { "tap.archived": 600 + 40 * (i % 7) }, times: {}, levels: {} },
  }));
  await new KpiSpans(prisma).keepMinutes(spans, null, "1-0");
});
afterAll(async () => {
  taps?.close();
  await prisma?.$disconnect();
});

const tapOf = (agent: string, seq: number): FedTap => ({
  ...{ tracker: `tracker-of-${agent}`, trackerSeq: seq, agent, seq },
});
const region = (page: Page, name: string) => page.getByRole("region", { name });
/** `t` goes from one theme to the next. */
async function chooseTheme(page: Page, theme: string): Promise<void> {
  const html = page.locator("html");
  for (let presses = 0; presses < 6 && (await html.getAttribute("data-theme")) !== theme; presses++) {
    const before = await html.getAttribute("data-theme");
    await page.keyboard.press("t");
    await until(async () => expect(await html.getAttribute("data-theme")).not.toBe(before));
  }
  expect(await html.getAttribute("data-theme")).toBe(theme);
}

/** In light, in dark and on a phone, with nothing that axe finds. */
async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await shoot(page, `${name}-light`);
  await chooseTheme(page, "dark");
  await expectAccessible(page);
  await shoot(page, `${name}-dark`);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(page, `${name}-phone-dark`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await chooseTheme(page, "light");
}

it("whoever sees some sites begins with these, finds their agents, alerts and taps, and of others nothing", {
  timeout: 400_000,
}, async () => {
  const [north] = await alerts.raise(
    { ruleId: "agent-offline", scope: { site: "north", agent: "gate-2" }, message: "gate-2 is offline" },
    { ruleId: "agent-offline", scope: { site: "south", agent: "desk-9" }, message: "desk-9 is offline" },
    { message: "The buffer is full" },
  );
  const page = await open(lea, "/");
  await isConnection(page, "Live");
  const sites = region(page, "Your sites").getByRole("listitem");
  await until(async () => expect(await sites.allTextContents()).toHaveLength(2));
  expect(await textOf(sites.nth(0))).toMatch(/north.*1 offline.*1 of 2 agents online/s);
  expect(await textOf(sites.nth(1))).toMatch(/east.*1 of 1 agent online/s);
  await until(async () => expect(await textOf(sites.nth(0))).toMatch(/\d+(\.\d+)? ?taps\/s/));
  await page.getByText("Figures of the whole installation are not shown").waitFor();
  await until(async () => expect(await page.getByTestId("trouble").count()).toBe(1));
  const pages = page.getByRole("navigation").first().getByRole("link");
  expect((await pages.allTextContents()).map((name) => name.trim())).toEqual([
    ...["Overview", "Alerts", "Agents", "Taps", "Runbooks", "Settings"],
  ]);
  await look(page, "sites-overview");
  const isElsewhere = async () => expect(await page.content()).not.toMatch(/desk-9|south|buffer is full/);
  await isElsewhere();

  await sites.nth(0).getByRole("link", { name: "Taps of north" }).click();
  const rows = page.getByRole("listbox", { name: "Taps" }).getByRole("option");
  await until(async () => expect(await rows.count()).toBe(2));
  await rows.first().click();
  const pane = region(page, "The open tap");
  await pane.getByText("which taps of other sites lie in, too").waitFor();
  await isElsewhere();
  await look(page, "sites-taps");
  await page.getByRole("searchbox", { name: "Find a tap" }).fill("desk-9/1/1");
  await page.keyboard.press("Enter");
  await pane.getByText("is not known to have read a tap").waitFor();

  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Alerts", exact: true }).waitFor();
  await page.getByText("gate-2 is offline").first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Readers & agents", exact: true }).waitFor();
  await page.getByText("gate-1").first().waitFor();
  await isElsewhere();
  await page.goto(`${new URL(page.url()).origin}/audit`);
  await page.getByText("This page is of the whole installation").waitFor();
  await expectAccessible(page);
  await shoot(page, "sites-refused-light");
  await alerts.clear(...(north === undefined ? [] : [north]));
  expect(browsing.complaints.filter((text) => !text.includes("404"))).toEqual([]);
});

it("an alert is offered to those alone who see it; people are invited to sites, and tokens made for some", {
  timeout: 400_000,
}, async () => {
  await alerts.endAll();
  await alerts.raise(
    { ruleId: "agent-offline", scope: { site: "south", agent: "desk-9" }, message: "desk-9 is offline" },
    { ruleId: "agent-offline", scope: { site: "north", agent: "gate-2" }, message: "gate-2 is offline" },
  );
  const page = await open(ada, "/alerts");
  await isConnection(page, "Live");
  const offered = async (message: string) => {
    await page.getByText(message).first().click();
    await page.getByRole("button", { name: "Assign…" }).click();
    const dialog = page.getByRole("dialog");
    const names = dialog.getByRole("option");
    await until(async () => expect(await names.count()).toBeGreaterThan(1));
    const told = await names.allTextContents();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    return told.some((name) => name.includes("Lea Sand"));
  };
  expect([await offered("desk-9 is offline"), await offered("gate-2 is offline")]).toEqual([false, true]);

  await page.goto(`${new URL(page.url()).origin}/settings/people`);
  await isConnection(page, "Live");
  await page.getByRole("button", { name: "Invite…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Kim Ota");
  await dialog.getByLabel("E-mail").fill("kim@console.test");
  await dialog.getByText("Some sites", { exact: true }).click();
  await dialog.getByLabel("south").check();
  await dialog.getByText("1 of 3 sites").waitFor();
  await dialog.getByLabel("Why").fill("looks after the south");
  await dialog.getByLabel("Your password").fill(ada.password);
  await expectAccessible(page);
  await shoot(page, "settings-invite-sites-light");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  const invited = page.getByRole("listitem", { name: "Invitation of Kim Ota" });
  await until(async () => expect(await textOf(invited)).toContain("south"));

  await page.goto(`${new URL(page.url()).origin}/settings/tokens`);
  await isConnection(page, "Live");
  await page.getByRole("button", { name: "New token…" }).click();
  await dialog.getByLabel("Name, by which").fill("north report");
  await dialog.getByText("Some sites", { exact: true }).click();
  await dialog.getByLabel("Why").fill("reports");
  await dialog.getByLabel("Your password").fill(ada.password);
  expect(await dialog.getByRole("button", { name: "Make the token" }).isDisabled()).toBe(true);
  await dialog.getByLabel("north").check();
  await expectAccessible(page);
  await shoot(page, "settings-token-sites-light");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await until(async () =>
    expect(await textOf(page.getByRole("listitem", { name: "north report" }))).toContain("north"),
  );
});
