import type { Page } from "playwright-core";
import { afterAll, expect } from "vitest";
import { releaseRules } from "../../test-site/alert-feed.fixture.ts";
import { type AlertSite, alertSite, grace, vera } from "../../test-site/alert-site.fixture.ts";
import { expectAccessible, isStill, shoot, textOf, until } from "../../test-site/browsing.ts";
import { type ChannelFeed, startChannelFeed } from "../../test-site/channel-feed.fixture.ts";

let site: AlertSite["site"];
let browsing: AlertSite["browsing"];
let alerts: AlertSite["alerts"];
let channels: ChannelFeed;

const { it, open } = alertSite(async (there) => {
  ({ site, browsing, alerts } = there);
  await releaseRules(site.databaseUrl);
  channels = startChannelFeed(site.databaseUrl);
  await channels.placeAgents("north", "harbour");
});
afterAll(() => channels?.stop());

async function openChannels(who = grace): Promise<Page> {
  const page = await open(who, "/alerts");
  await page.getByRole("link", { name: "Channels" }).click();
  await page.getByRole("heading", { name: "Channels", exact: true }).waitFor();
  return page;
}

const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const row = (page: Page, name: string) =>
  panel(page, "Channels in force").getByRole("listitem", { name, exact: true });
const says = (page: Page, name: string, text: RegExp) =>
  until(async () => expect((await textOf(row(page, name))).replaceAll(/\s+/g, " ")).toMatch(text));
const log = (page: Page) => page.getByRole("list", { name: "Deliveries" }).getByRole("listitem");

async function sendTest(page: Page, name: string): Promise<void> {
  await row(page, name)
    .getByRole("button", { name: `Test… ${name}` })
    .press("Enter");
  await page
    .getByRole("dialog", { name: `Send a test by ${name}` })
    .getByLabel("Why")
    .waitFor();
  await page.keyboard.type("is it there?");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
}

it("before anything was released it says that nobody is told", { timeout: 240_000 }, async () => {
  const page = await openChannels();
  await page.getByText("Nobody is told beside this console").waitFor();
  await page.getByText("Nobody was told anything yet").waitFor();
  await page.getByText("None is on").waitFor();
  await expectAccessible(page);
  await shoot(page, "channels-none-light");
  expect(browsing.complaints).toEqual([]);
});

it("shows how channels fare and what was told, tests one by keys alone, and says what came of it", {
  timeout: 300_000,
}, async () => {
  await channels.release();
  await channels.tell("duty-mail", {}, { kind: "sent" });
  await channels.tell("desk", {}, { kind: "refused", fault: "the receiver answered 410 Gone" });
  await channels.tell("room", {}, { kind: "failed", fault: "no answer within 10 s", retryAfterMs: null });
  await channels.tell("duty-mail", { kind: "over", ruleId: "backlog-old", scope: {} }, { kind: "sent" });
  const page = await openChannels();
  await says(page, "duty-mail", /e-mail to 2 addresses.*Sent .* ago, [\d.,]+ m?s after it happened/);
  await says(page, "desk", /webhook at desk\.example.*▲ Given up .* ago: the receiver answered 410 Gone/);
  await says(page, "room", /Slack at a secret address.*Nothing was sent by it yet · 1 waiting/);
  expect(await log(page).count()).toBe(4);
  expect(await textOf(log(page).last())).toMatch(
    /breach (\w+ \d+ \w+, )?[\d:]{8}, raised 1 min 0 s later, sent [\d.,]+ m?s after that/,
  );
  expect(await textOf(log(page).nth(1))).toMatch(/▲ ?Waiting/);
  const stop = channels.settle((name) =>
    name === "night-room" ? { kind: "refused", fault: "the receiver answered 401" } : { kind: "sent" },
  );
  await sendTest(page, "duty-mail");
  await says(page, "duty-mail", /The test was sent at [\d:]+, [\d.,]+ m?s after it was asked for/);
  await sendTest(page, "night-room");
  await says(page, "night-room", /▲ The test has not been sent: the receiver answered 401/);
  stop();
  await until(async () => expect(await log(page).count()).toBe(6));
  expect(await textOf(log(page).first())).toMatch(/Test.*night-room, asked for by Grace Hopper/);
  await expectAccessible(page);
  await shoot(page, "channels-light");
  await page.getByLabel("State").selectOption("failed");
  await until(async () => expect(await log(page).count()).toBe(2));
  await page.getByLabel("Channel", { exact: true }).selectOption("duty-mail");
  await page.getByText("None matches").waitFor();
  expect(browsing.complaints).toEqual([]);
});

it("begins maintenance and ends it before its time, with reasons", { timeout: 240_000 }, async () => {
  const page = await openChannels();
  const maintenance = panel(page, "Maintenance");
  await maintenance.getByRole("button", { name: "Begin…" }).click();
  const dialog = page.getByRole("dialog", { name: "Begin maintenance" });
  await dialog.getByText("4 h").click();
  await dialog.getByLabel("Sites, with commas between them").fill("north, habour");
  await dialog.getByLabel("Why").fill("New readers are put up");
  await expectAccessible(page);
  await shoot(page, "channels-maintenance-light");
  await dialog.getByRole("button", { name: "Begin now" }).click();
  await dialog
    .getByRole("alert")
    .getByText("Nothing is known of a site habour (did you mean harbour?). Mend the name; a site")
    .waitFor();
  await expectAccessible(page);
  await shoot(page, "channels-maintenance-refused-light");
  expect(browsing.complaints).toEqual([expect.stringContaining("status of 400")]);
  browsing.complaints = [];
  await dialog.getByLabel("Sites, with commas between them").fill("north, harbour");
  await dialog.getByRole("button", { name: "Begin now" }).click();
  const held = maintenance.getByRole("listitem");
  await until(async () =>
    expect(await textOf(held)).toMatch(/north, harbour.*until .*3 h 5\d min left.*Grace Hopper: New readers/),
  );
  await page.keyboard.press("t");
  await until(async () => expect(await page.locator("html").getAttribute("data-theme")).toBe("dark"));
  await expectAccessible(page);
  await shoot(page, "channels-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await isStill(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await expectAccessible(page);
  await shoot(page, "channels-phone-dark");
  await page.setViewportSize({ width: 1440, height: 900 });
  await held.getByRole("button", { name: /^End…/ }).click();
  await page.getByRole("dialog", { name: "End maintenance" }).getByLabel("Why").fill("They work");
  await page.getByRole("button", { name: "End now" }).click();
  await maintenance.getByText("None is on").waitFor();
  await maintenance.getByRole("button", { name: "Past, too" }).click();
  await until(async () => expect(await textOf(held)).toMatch(/ended .* by Grace Hopper, before its time/));
  expect(browsing.complaints).toEqual([]);
});

it("an alert says whom it was told", { timeout: 240_000 }, async () => {
  const [alert] = await alerts.raise({ severity: "critical" });
  await channels.tell("desk", { alertId: alert?.id ?? "" }, { kind: "sent" });
  const page = await open(grace, "/alerts");
  await page.getByRole("option").first().click();
  const told = page.getByRole("region", { name: "Told beside the console" });
  await until(async () =>
    expect(await textOf(told)).toMatch(
      /Call by desk · Sent [\d.,]+ m?s after the raise.*breach .* raised 1 min 0 s later/,
    ),
  );
  await expectAccessible(page);
  await shoot(page, "alert-told-light");
  expect(browsing.complaints).toEqual([]);
});

it("a long log comes page by page", { timeout: 240_000 }, async () => {
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => channels.tell("room", { ruleId: `rule-${n}` }, "waiting")),
  );
  const page = await openChannels(vera);
  await page.getByLabel("Channel", { exact: true }).selectOption("room");
  await page.getByLabel("State").selectOption("waiting");
  await until(async () => expect(await log(page).count()).toBe(50));
  await page.getByRole("button", { name: "Show more" }).click();
  await until(async () => expect(await log(page).count()).toBe(60));
  await page.getByText("60 in all").waitFor();
  await page.getByText("60 in all").scrollIntoViewIfNeeded();
  const nav = await page.getByRole("navigation", { name: "Main" }).boundingBox();
  expect(nav).toMatchObject({ y: 56, height: 900 - 56 });
  await shoot(page, "channels-log-light");
  expect(browsing.complaints).toEqual([]);
});

it("a viewer sees all of it, and why nothing can be done; what cannot be read is said", {
  timeout: 240_000,
}, async () => {
  const page = await openChannels(vera);
  await page.getByText("tests and maintenance need the role operator").waitFor();
  await row(page, "desk").waitFor();
  expect(await row(page, "desk").getByRole("button").isDisabled()).toBe(true);
  expect(await panel(page, "Maintenance").getByRole("button", { name: "Begin…" }).isDisabled()).toBe(true);
  await page.route(/alertChannels\./, (route) => route.abort());
  await page.getByText("What is shown is the last that was known.").first().waitFor();
  await expectAccessible(page);
  await page.reload();
  await page.getByText("The channels could not be read").waitFor();
  await shoot(page, "channels-unread-light");
});
